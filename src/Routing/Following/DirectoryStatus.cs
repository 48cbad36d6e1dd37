using DirMail.Routing.Cache;

namespace DirMail.Routing;

/// <param name="Url">The server in use, or last used; before there was one, all.</param>
/// <param name="ConnectedSince">In step with it since; null while it is away.</param>
/// <param name="LastError">Null while all is well.</param>
public sealed record DirectoryStatus(string Url, bool Loaded, DateTimeOffset? ConnectedSince, DateTimeOffset? LastChange, string? LastError)
{
    public bool Connected => ConnectedSince is not null;

    /// <summary>How it is followed, as far as it was asked.</summary>
    public FollowingMethod Method { get; init; }

    /// <summary>Null: nothing is kept on disk.</summary>
    public CacheStatus? Cache { get; init; }

    /// <summary>What is wrong with the directory besides its entries: parts that lie on servers which we are only referred to.</summary>
    public IReadOnlyList<DirectoryProblem> Problems { get; init; } = [];
}

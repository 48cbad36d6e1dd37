using Microsoft.Extensions.Logging;

namespace DirMail.Routing;

/// <summary>Keeps <see cref="LiveTable"/> current from the directory by RFC 4533 refreshAndPersist; reconnects with back-off and resumes by cookie.</summary>
public sealed class DirectoryFollower : IAsyncDisposable
{
    /// <summary>Starts following in the background.</summary>
    public static DirectoryFollower Start(DirectorySettings settings, LiveTable live, TimeProvider clock, ILogger logger) => throw new NotImplementedException();

    /// <summary>Completes when a table has been loaded for the first time.</summary>
    public Task Loaded => throw new NotImplementedException();

    public DirectoryStatus Status => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}

/// <param name="LastError">Null while all is well.</param>
public sealed record DirectoryStatus(string Url, bool Connected, bool Loaded, DateTimeOffset? LastChange, string? LastError);

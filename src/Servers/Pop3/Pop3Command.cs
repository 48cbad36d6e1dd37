namespace DirMail.Servers.Pop3;

/// <summary>The state that a command belongs to (RFC 1939 3).</summary>
internal enum Needs
{
    Nothing,

    /// <summary>Authorization: not logged in.</summary>
    NoLogin,

    /// <summary>Transaction.</summary>
    Maildrop,
}

internal delegate Task<Answer> CommandRunner(Pop3Session session, string argument, CancellationToken cancellationToken);

/// <summary>A row of <see cref="Pop3CommandTable"/>.</summary>
internal sealed record Pop3Command(string Name, Needs Needs, CommandRunner Run)
{
    /// <summary>Lines of CAPA that are true because this command is there (RFC 2449).</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];

    /// <summary>A line that depends on the settings or the session; null: none.</summary>
    public Func<Pop3Session, string?> Told { get; init; } = static _ => null;

    /// <summary>Whether the command, and so its capabilities, can be used in the session as it is now.</summary>
    public Func<Pop3Session, bool> IsOffered { get; init; } = static _ => true;
}

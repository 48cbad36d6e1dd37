namespace DirMail.Interop;

/// <summary>
/// Another mail server on loopback: what comes to <see cref="Port"/> it hands over to us, by a way for each recipient; what comes to <see cref="LastPort"/>, where it offers STARTTLS, ends there.
/// </summary>
internal interface IPeerServer : IAsyncDisposable
{
    int Port { get; }
    int LastPort { get; }

    IReadOnlyList<string> Log { get; }

    /// <summary>Lines of the log that a postmaster would look into.</summary>
    IReadOnlyList<string> Oddities { get; }

    /// <summary>A message for the recipient came to <see cref="LastPort"/> and to its end.</summary>
    bool HasEnded(string recipient);
}

/// <summary>How another server hands mail for some recipients to us.</summary>
/// <param name="Protocol">smtp (with STARTTLS), smtps or lmtp.</param>
internal sealed record OnwardWay(string Name, string Protocol, int Port, params string[] Recipients)
{
    public bool LogsIn { get; init; }

    /// <summary>A Unix socket in place of the port.</summary>
    public string? Socket { get; init; }
}

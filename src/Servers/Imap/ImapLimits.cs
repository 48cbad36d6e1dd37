namespace DirMail.Servers.Imap;

/// <summary>What one client may ask of a session. Not settings: nobody gains by another value.</summary>
internal static class ImapLimits
{
    /// <summary>One command with its literals, but APPEND's message: a FETCH of 10,000 single UIDs fits.</summary>
    public const int CommandOctets = 64 * 1024;

    /// <summary>The same before login.</summary>
    public const int CommandOctetsBeforeLogin = 8 * 1024;

    /// <summary>RFC 7888 5: non-synchronizing literals with LITERAL-.</summary>
    public const int NonSyncLiteralOctets = 4096;

    /// <summary>Octets written before the client's pace is waited for.</summary>
    public const int UnflushedOctets = 64 * 1024;

    /// <summary>Header octets looked through for HEADER.FIELDS and SEARCH.</summary>
    public const int HeaderOctets = 256 * 1024;

    /// <summary>At once of one user from one client address (IPv6: /64): mail programs take up to ten, and a family's devices may share an address.</summary>
    public const int SessionsPerUser = 50;

    /// <summary>Idle time before login; RFC 9051 5.4 asks for 30 minutes after it only.</summary>
    public static readonly TimeSpan LoginIdle = TimeSpan.FromMinutes(3);

    /// <summary>A client that is told BYE and does not read has this long until it is cut off.</summary>
    public static readonly TimeSpan FarewellTime = TimeSpan.FromSeconds(2);
}

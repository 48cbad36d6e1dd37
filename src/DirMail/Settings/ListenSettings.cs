using System.Net;

namespace DirMail.Settings;

/// <summary>Where the services listen. Virtual addresses that the directory adds or withdraws are followed while the server runs.</summary>
internal sealed record ListenSettings
{
    public required ListenMode Mode { get; init; }

    /// <summary>For <see cref="ListenMode.List"/>: exactly these, besides the virtual addresses.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; init; } = [];

    /// <summary>Ports; null: that service is off.</summary>
    public required int? Smtp { get; init; }
    public required int? Submission { get; init; }
    public required int? Submissions { get; init; }
    public required int? Pop3 { get; init; }
    public required int? Pop3s { get; init; }
    public required int? Imap { get; init; }
    public required int? Imaps { get; init; }

    public required LmtpListenSettings Lmtp { get; init; }

    /// <summary>Unix socket that programs of this machine send over; empty: none.</summary>
    public string Sendmail { get; init; } = "";

    /// <summary>A relative name is one in the data folder; null: off.</summary>
    public string? SendmailIn(string dataFolder) => Sendmail.Length == 0 ? null : Path.GetFullPath(Sendmail, dataFolder);

    /// <summary>Proxies that speak the PROXY protocol.</summary>
    public IReadOnlyList<IPNetwork> ProxyFrom { get; init; } = [];
    public int MaxConnections { get; init; }
    public int MaxConnectionsPerClient { get; init; }
    public int MaxConnectionsPerDomain { get; init; }
}

internal enum ListenMode
{
    /// <summary>127.0.0.1, ::1 and the virtual addresses within 127/8.</summary>
    Loopback,

    /// <summary>Every address of the host: one wildcard socket a service.</summary>
    Any,

    /// <summary>Listed addresses, and every virtual address that is on this host.</summary>
    List,
}

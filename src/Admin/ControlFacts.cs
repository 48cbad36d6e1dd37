using DirMail.Mail;
using DirMail.Routing;
using DirMail.Store;
using DirMail.Transfer;

namespace DirMail.Admin;

/// <summary>What the control socket may look at and act on. Given by the wiring.</summary>
public sealed record ControlFacts
{
    public required LiveTable Live { get; init; }
    public required MessageStore Store { get; init; }
    public required Adoption Adoption { get; init; }
    public required GoneAccounts Gone { get; init; }

    /// <summary>How long mail of entries that are gone is kept; zero: for ever.</summary>
    public required TimeSpan Grace { get; init; }
    public required Injection Injection { get; init; }
    public required TransferSettings Transfer { get; init; }

    /// <summary>Deliveries of a queue (domain, channel) under way.</summary>
    public required Func<EntryId, string, int> UnderWay { get; init; }

    /// <summary>Largest message taken, octets.</summary>
    public required long MaxMessageOctets { get; init; }
    public required Routes Routes { get; init; }

    /// <summary>What DNS says about where a domain's mail goes, in words; asked only for `explain --dns`.</summary>
    public required Func<string, CancellationToken, Task<string>> MailExchangers { get; init; }

    /// <summary>The name of a client, as a login would have it: asked only where a rule of allowed services does.</summary>
    public required Func<System.Net.IPAddress, Task<ClientName>> ClientName { get; init; }
    public required Func<DirectoryStatus> Directory { get; init; }

    /// <summary>Held removals take effect, of all or of one domain; gives how many.</summary>
    public required Func<EntryId?, CancellationToken, Task<int>> AcceptRemovals { get; init; }
    public required Func<IReadOnlyList<ListenerStatus>> Listeners { get; init; }
    public Func<IReadOnlyList<CertificateReport>> Certificates { get; init; } = static () => [];

    /// <summary>Why an address of a domain or user cannot be used on this host; null when it can.</summary>
    public required Func<System.Net.IPAddress, string?> AddressProblem { get; init; }
    public required Func<int> Sessions { get; init; }
    public required string DataFolder { get; init; }
    public required TimeProvider Clock { get; init; }
}

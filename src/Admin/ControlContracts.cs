using DirMail.Store;

namespace DirMail.Admin;

/// <summary>What the control socket answers, as JSON: the same shapes on both ends. Times are UTC, sizes octets.</summary>
public sealed record ServerStatus
{
    public required string Version { get; init; }
    public required int ProcessId { get; init; }
    public required DateTimeOffset Started { get; init; }
    public required string DataFolder { get; init; }
    public required IReadOnlyList<ListenerStatus> Listeners { get; init; }
    public IReadOnlyList<CertificateReport> Certificates { get; init; } = [];
    public required DirectoryReport Directory { get; init; }
    public required StoreReport Store { get; init; }
    public int Sessions { get; init; }
}

/// <param name="Problem">Why it does not listen there; null while it does.</param>
public sealed record ListenerStatus(string Service, string Endpoint, int Connections, string? Problem);

/// <summary>A file of setting tls.certificates.</summary>
/// <param name="NotAfter">Null: no certificate of it is in force.</param>
/// <param name="Problem">Why what lies in the file now is not used; null while it is.</param>
public sealed record CertificateReport(string File, IReadOnlyList<string> Names, DateTimeOffset? NotAfter, string? Problem);

/// <param name="AgeSeconds">Since the table was last known to be what the directory says; 0 while it is followed.</param>
public sealed record DirectoryReport(string Url, bool Connected, bool Loaded, long TableNumber, DateTimeOffset AsOf, int Domains, int Users, int Problems, string? LastError, double AgeSeconds);

/// <summary>`dirmail directory status`. Times are UTC.</summary>
/// <param name="Method">"sync" (RFC 4533) or "poll".</param>
/// <param name="CacheAsOf">Null: nothing is kept on disk yet.</param>
/// <param name="CacheFailure">Why nothing more is kept; null while all is well.</param>
public sealed record FollowingReport(DirectoryReport Directory, string Method, DateTimeOffset? ConnectedSince, string CacheFolder, long CacheOctets,
    DateTimeOffset? CacheAsOf, string? CacheFailure, IReadOnlyList<HeldReport> Held);

/// <summary>Entries of one domain that the directory no longer has, held back until somebody accepts it.</summary>
public sealed record HeldReport(string Domain, string Dn, int Count, bool IsDomain, IReadOnlyList<string> First);

public sealed record AcceptReport(int Entries);

public sealed record StoreReport(long Contents, long Entries, long QueueRecipients, long StoredOctets, long LogicalOctets, long Accounts);

public sealed record DomainReport
{
    public required string Name { get; init; }
    public required IReadOnlyList<string> Names { get; init; }
    public required string Dn { get; init; }
    public required string Status { get; init; }
    public string? DecidedBy { get; init; }
    public bool IsHost { get; init; }
    public required IReadOnlyList<VirtualAddressReport> VirtualAddresses { get; init; }
    public string? HostName { get; init; }
    public required string Services { get; init; }
    public required IReadOnlyList<string> Postmasters { get; init; }

    /// <summary>mailRoutingHosts; empty: none.</summary>
    public required IReadOnlyList<string> RoutingHosts { get; init; }

    /// <summary>None of those is this server: all mail of the domain is relayed to them.</summary>
    public bool IsElsewhere { get; init; }

    /// <summary>Who gets mail for unknown addresses: mailDomainCatchallAddress, else the server of mailRoutingSmartHost; both null: nobody.</summary>
    public string? CatchAll { get; init; }
    public string? SmartHost { get; init; }
    public required IReadOnlyList<UserReport> Users { get; init; }
}

/// <param name="Problem">Why the address cannot be used on this host; null when it is up.</param>
public sealed record VirtualAddressReport(string Address, string? Problem);

public sealed record UserReport(string Uid, string Status, IReadOnlyList<string> Addresses, IReadOnlyList<string> VirtualAddresses);

/// <param name="HeldSince">Since when the state of the sender's domain keeps it here, untried; null: it does not.</param>
/// <param name="WaitsFor">What must come before it is tried, besides its time; null: nothing.</param>
public sealed record QueueReport(long Id, string Message, string Domain, string Channel, string Destination, string Sender, long Octets, DateTimeOffset Arrived, DateTimeOffset Expires, string Identity,
    DateTimeOffset? HeldSince, string? WaitsFor, IReadOnlyList<QueueRecipientReport> Recipients);

/// <param name="StoppedSince">Since when an administrator keeps it here; null: nobody does.</param>
public sealed record QueueRecipientReport(string Recipient, int Attempts, DateTimeOffset NextAttempt, string? Reason, DateTimeOffset? StoppedSince)
{
    /// <summary>As the client said it, when aliases, groups or forwards led from there to <see cref="Recipient"/>; null: the same.</summary>
    public string? Given { get; init; }

    /// <summary>How far the last attempt at another server had come: lookup, connect, hello, tls, login, mail, rcpt, data, content. Null: at none.</summary>
    public string? Stage { get; init; }
}

/// <summary>Which waiting mail is meant; null and empty are all.</summary>
public sealed record QueueQuery
{
    /// <summary>Any name of a hosted domain: its queues.</summary>
    public string? Domain { get; init; }

    /// <summary>Destination domain.</summary>
    public string? To { get; init; }

    /// <summary>A hosted user: what leaves as this user, or is from or to one of the user's addresses.</summary>
    public string? User { get; init; }

    /// <summary>From or to this address.</summary>
    public string? Address { get; init; }

    /// <summary>Name of a channel.</summary>
    public string? Channel { get; init; }

    /// <summary>Only what an administrator keeps here.</summary>
    public bool IsStopped { get; init; }

    /// <summary>Queue numbers, or the ids of accepted messages.</summary>
    public IReadOnlyList<string> Ids { get; init; } = [];

    public bool IsAll => this with { IsStopped = false } == new QueueQuery { Ids = Ids } && Ids.Count == 0;
}

/// <summary>What may be done to waiting mail.</summary>
public enum QueueAction
{
    Flush,
    Hold,
    Release,
    Retry,
    Cancel,
    Return,
}

/// <summary>One queue. Counts are recipients, except messages and deliveries under way. Times are UTC.</summary>
/// <param name="Due">Could be tried by now: waiting for their turn.</param>
/// <param name="Stopped">Kept here by an administrator.</param>
/// <param name="HeldSince">Since when the state of its domain keeps all of it here.</param>
public sealed record QueueLaneReport(string Domain, string Channel, int Messages, int Recipients, int Due, int UnderWay, int Stopped, DateTimeOffset Oldest, DateTimeOffset NextAttempt, DateTimeOffset? HeldSince);

/// <param name="Message">Its id, as in Received and in the mail trail.</param>
public sealed record InjectReport(string Message);

/// <param name="Reasons">In order; the level says how deep in groups and forwards a step lies.</param>
public sealed record ExplainReport(string Address, string Answer, IReadOnlyList<ReasonReport> Reasons, IReadOnlyList<HopReport> Hops, SenderReport? Sender, long TableNumber);

/// <param name="Hop">The way that the step adds; null: none.</param>
public sealed record ReasonReport(string Dn, string Attribute, string Value, string Meaning, int Level, HopReport? Hop);

/// <param name="Kind">mailbox, remote, waiting or undeliverable.</param>
/// <param name="Queue">The domain in whose queue it lies; null: none, it is delivered in the accepting commit.</param>
/// <param name="LeavesAs">Null: as the sender, or it does not leave.</param>
/// <param name="NextHop">Route, or MX of the destination; null: it does not leave.</param>
public sealed record HopReport(string Kind, string Address, string Channel, string? Queue, IdentityReport? LeavesAs, string? NewSender, string? NextHop, string? Reply, string Text);

/// <param name="HostName">EHLO name.</param>
/// <param name="Queue">The domain whose queue it is.</param>
public sealed record IdentityReport(string HostName, string Queue, string? V4, string? V6);

/// <summary>Who sends, as whom, and what the client may use.</summary>
/// <param name="MaySend">Null: no login, or no sender, was given.</param>
public sealed record SenderReport(string? Login, string? From, bool? MaySend, IdentityReport? LeavesAs, IReadOnlyList<ReasonReport> Reasons, IReadOnlyList<ServiceReport> Services, string? Problem);

public sealed record ServiceReport(string Service, bool Allowed, string? Reply, IReadOnlyList<ReasonReport> Reasons);

public sealed record ExplainQuery(string Address, string? From = null, string? Login = null, string? Client = null, string? At = null, bool Dns = false);

public sealed record ProblemReport(string Dn, string Attribute, string Text);

/// <param name="Name">"uid@domain" when its entry was last seen; null: not known.</param>
/// <param name="WaitingFor">The entry that took its place, whose mail waits for adoption; null: none.</param>
public sealed record AccountReport(string? Name, string Entry, long Messages, long Octets, bool IsSetAside, string? WaitingFor)
{
    public DateTimeOffset? GoneSince { get; init; }

    /// <summary>Null: for ever, or it is not known yet that the entry is gone.</summary>
    public DateTimeOffset? KeptUntil { get; init; }
}

public sealed record PurgeReport(string Account, long Messages, long Octets);

public sealed record AdoptReport(string Account, bool IsFresh);

/// <summary>How many recipients were changed.</summary>
public sealed record QueueChangeReport(int Recipients);

/// <summary>`dirmail store stats`.</summary>
public sealed record StoreStatisticsReport(StoreReport All, IReadOnlyList<DomainStatistics> Domains, SearchIndexStatistics SearchIndex)
{
    public static async Task<StoreStatisticsReport> OfAsync(MessageStore store, CancellationToken cancellationToken) =>
        new(Reports.Store(await store.StatisticsAsync(cancellationToken)), await store.DomainStatisticsAsync(cancellationToken), await store.SearchIndexStatisticsAsync(cancellationToken));
}

/// <summary>A line of a long answer: how far it is, then what came of it, or why nothing did.</summary>
public sealed record WorkLine<T>(StoreProgress? Progress, T? Result, string? Error);

/// <summary>Why a request was not answered; the text is for the person at the command line.</summary>
public sealed record ErrorReport(string Error);

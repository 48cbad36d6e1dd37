using System.Collections.Immutable;
using DirMail.Mail;
using DirMail.Mail.Sieve;

namespace DirMail.Routing;

/// <summary>What the table says about one recipient address. Decided once per RCPT and again at the commit; the reasons are recorded while deciding.</summary>
public abstract record Resolution
{
    private Resolution() { }

    /// <summary>Every step that led here, for <c>dirmail explain</c>; empty unless asked for (<see cref="RoutingTable.Explain"/>).</summary>
    public ImmutableArray<Reason> Reasons { get; init; } = [];

    /// <summary>The domain is not in the table: relay for own users, after DNS; else refused.</summary>
    public sealed record NotHosted(string DomainKey) : Resolution;

    /// <summary>Hosted, and mail for it is taken: 250. The hops come from <see cref="RoutingTable.Expand"/>.</summary>
    public sealed record Accepted(VirtualDomain Domain, Recipient Recipient, MailAddress Final) : Resolution
    {
        /// <summary>Largest message, in octets, that both the entry and its domain allow; <see cref="long.MaxValue"/> when neither says.</summary>
        public long MaxMessageOctets => Math.Min(Domain.MaxMessageOctets ?? long.MaxValue, Recipient switch
        {
            Recipient.User user => user.Entry.MaxMessageOctets,
            Recipient.Group group => group.Entry.MaxMessageOctets,
            _ => null,
        } ?? long.MaxValue);

        /// <summary>Of the message store, for the file of a large message; null: with the store.</summary>
        public string? Partition => (Recipient as Recipient.User)?.Entry.Partition;
    }

    /// <summary>
    /// Hosted, but not now: <paramref name="Reply"/> is what an outside sender is told. <paramref name="Status"/> tells what an authenticated sender gets instead:
    /// inactive, hold and overquota wait in our queue.
    /// </summary>
    public sealed record Refused(VirtualDomain? Domain, Reply Reply, MailStatus Status) : Resolution
    {
        /// <summary>Whether mail is taken all the same and waits here: on hold from anyone, suspended or full from own users (RESPONSES, Recipients).</summary>
        public bool WaitsHere(bool isFromOwnUser) => Domain is not null
            && (Status == MailStatus.Hold || (isFromOwnUser && Status is MailStatus.Inactive or MailStatus.Overquota));
    }
}

/// <summary>Who an accepted address is.</summary>
public abstract record Recipient
{
    private Recipient() { }
    public sealed record User(MailUser Entry) : Recipient;
    public sealed record Group(MailGroup Entry) : Recipient;

    /// <summary>Catch-all of the domain, postmaster by mailDomainPostmaster or the site's, or a return address (<see cref="Srs"/>): goes on to these addresses.</summary>
    public sealed record Redirect(string Attribute, ImmutableArray<MailAddress> To) : Recipient;

    /// <summary>Kept by another server, as an attribute of the domain says: relayed there as it is.</summary>
    /// <param name="Host">As <see cref="Hop.Remote.RelayHost"/>.</param>
    public sealed record Elsewhere(string Attribute, string Host) : Recipient;
}

/// <summary>One step of a decision: what was looked at, what it said, what follows.</summary>
public sealed record Reason(string Dn, string Attribute, string Value, string Meaning)
{
    /// <summary>How deep in groups and forwards; 0: the recipient itself.</summary>
    public int Level { get; init; }

    /// <summary>The way that the step adds; null: it adds none.</summary>
    public Hop? Hop { get; init; }
}

/// <summary>A decision with all that led to it, in order: of the recipient, and of everyone that groups and forwards lead to.</summary>
public sealed record Explained(Resolution Resolution, ImmutableArray<Hop> Hops, ImmutableArray<Reason> Reasons);

/// <summary>One way that a message goes on: an address is resolved once and the answer is carried along.</summary>
public abstract record Hop(MailAddress Given, MailAddress Final)
{
    /// <summary>What groups on the way do to the header, in their order.</summary>
    public ImmutableArray<HeaderChanges> Changes { get; init; } = [];

    /// <summary>A plain mailbox: delivered inside the accepting commit.</summary>
    /// <param name="Account">The user or group whose it is.</param>
    /// <param name="Owner">What that one is called within the domain.</param>
    public sealed record Mailbox(MailAddress Given, MailAddress Final, VirtualDomain Domain, EntryId Account, string Owner) : Hop(Given, Final)
    {
        /// <summary>A group's, all of whose folders lie below INBOX.</summary>
        public bool IsShared { get; init; }

        /// <summary>Where in it, as a script decided; empty: where mail goes that no script files.</summary>
        public ImmutableArray<SieveFiling> Filings { get; init; } = [];

        /// <summary>What the owner may keep; null: no limit.</summary>
        public long? QuotaOctets { get; init; }
        public long? QuotaMessages { get; init; }
    }

    /// <summary>Beside the mailbox: an automatic reply by the user (RFC 3834), a row on the Autoreply channel of the domain.</summary>
    public sealed record Answer(MailAddress Given, MailAddress Final, VirtualDomain Domain, MailUser User, AutoReply Reply) : Hop(Given, Final);

    /// <summary>Leaves this host. <paramref name="Identity"/> is null for the sender's own mail (the sender's identity holds), set for forwards and groups.</summary>
    /// <param name="NewSender">Envelope sender to use instead (a group's mgrpErrorsTo); null: unchanged.</param>
    public sealed record Remote(MailAddress Given, MailAddress Final, SenderIdentity? Identity, MailAddress? NewSender) : Hop(Given, Final)
    {
        /// <summary>Who it is handed to: a mailHost, by the route of that name, or the servers that the domain names (<see cref="RelayServer.Destination"/>); null: by the route or MX of its domain.</summary>
        public string? RelayHost { get; init; }

        /// <summary>For what a group or forward sends on, whose sender's SPF would not speak for <see cref="Hop.Remote.Identity"/>: the sender, or <see cref="NewSender"/>, as an address of the identity's domain (<see cref="Srs"/>).</summary>
        public MailAddress? ReturnAddress { get; init; }

        /// <summary>The name whose route or MX it takes.</summary>
        public string Destination => RelayHost ?? Final.DomainKey;
    }

    /// <summary>Hosted but waiting (inactive, hold, overquota): a row on the local channel of that domain.</summary>
    public sealed record Waiting(MailAddress Given, MailAddress Final, VirtualDomain Domain, MailStatus Status, Reply Reply) : Hop(Given, Final);

    /// <summary>Taken, and resolved later: the entry asks for it (mailDeferProcessing), or no directory was loaded yet (<paramref name="Domain"/> null). A row on the Reprocess channel.</summary>
    /// <param name="Identity">As for <see cref="Remote"/>: set when a group or forward leads here.</param>
    public sealed record Deferred(MailAddress Given, MailAddress Final, VirtualDomain? Domain, SenderIdentity? Identity, MailAddress? NewSender) : Hop(Given, Final);

    /// <summary>Will never go: reported to the sender.</summary>
    public sealed record Undeliverable(MailAddress Given, MailAddress Final, Reply Reply) : Hop(Given, Final)
    {
        /// <summary>A script rejects it (RFC 5429).</summary>
        public bool IsRejected { get; init; }

        /// <summary>Where it goes when nobody can be told; null: the postmaster is.</summary>
        public Mailbox? Instead { get; init; }
    }

    /// <summary>A script wants it gone, and nobody told.</summary>
    public sealed record Discarded(MailAddress Given, MailAddress Final) : Hop(Given, Final);
}

/// <summary>Who mail leaves as (DESIGN, Identity of what leaves). <paramref name="Owner"/> null: the host, unbound. A queue belongs to <paramref name="Domain"/>.</summary>
public sealed record SenderIdentity(EntryId Domain, string DomainName, EntryId? Owner, string HostName, System.Net.IPAddress? V4, System.Net.IPAddress? V6);

/// <summary>Whether entries that ask for it (mailDeferProcessing) are expanded later, or now whatever they ask.</summary>
public enum Deferral
{
    Ignored,
    Honoured,
}

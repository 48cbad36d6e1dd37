using DirMail.Mail;
using DirMail.Routing;
using DirMail.Store;

namespace DirMail.Transfer;

/// <summary>Gathers a message's queue rows: recipients that share queue, channel, destination, identity and sender become one <see cref="QueuedMessage"/>.</summary>
internal sealed class QueuePlan(Submission submission, DateTimeOffset now, TransferSettings settings)
{
    /// <summary>Rows that never leave need no identity.</summary>
    public static OutgoingIdentity Nobody { get; } = new(null, "", null, null);

    private readonly Dictionary<QueuedMessage, List<QueuedRecipient>> _rows = new(new SameRow());

    public bool HasSender => submission.Envelope.Sender is not null;

    /// <summary>Mail that its sender wants later waits in the queue, for mailboxes here too (RFC 4865 3).</summary>
    public bool IsForLater => submission.Envelope.Wishes.NotBefore > now;

    private DateTimeOffset Start => IsForLater ? submission.Envelope.Wishes.NotBefore!.Value : now;

    public required ReadOnlyMemory<byte> LocalPrefix { get; init; }
    public required ReadOnlyMemory<byte> RemotePrefix { get; init; }

    public void Add(Hop.Remote hop, EnvelopeRecipient recipient, SenderIdentity identity, RoutingTable table)
    {
        SenderIdentity leaves = hop.Identity ?? identity;
        Add(New(leaves.Domain, settings.Routes.Find(hop.Destination, leaves.Domain, name => table.FindDomain(name)?.Id)?.Channel ?? ChannelNames.Smtp, hop.Destination) with
        {
            Identity = Outgoing(leaves),
            Prefix = RemotePrefix,
            Sender = hop.ReturnAddress ?? submission.Envelope.Sender,
        }, recipient, hop, hop.NewSender is null ? null : hop.ReturnAddress ?? hop.NewSender);
    }

    /// <summary>A row for somebody here: waiting, on hold, full, or only because a report of success was asked for (<paramref name="reason"/> null: due at once).</summary>
    public void Add(Hop hop, EnvelopeRecipient recipient, EntryId domain, MailStatus status, string? reason) =>
        Add(Here(hop, domain, status, reason), Recipient(recipient, hop, reason));

    /// <summary>
    /// A row to be resolved again. Its identity notes whose mail it is: the entry to ask for it then, the host (no entry), or <see cref="Nobody"/> for mail from outside.
    /// </summary>
    public void Add(Hop.Deferred hop, EnvelopeRecipient recipient, SenderIdentity identity) =>
        Add(New(hop.Domain?.Id ?? identity.Domain, ChannelNames.Reprocess, hop.Final.DomainKey) with
        {
            Identity = Noted(hop.Identity),
            Prefix = LocalPrefix,
        }, recipient, hop, hop.NewSender);

    /// <summary>Its sender is answered, and never told of the answer's fate.</summary>
    public void Add(Hop.Answer hop, EnvelopeRecipient recipient) =>
        Add(New(hop.Domain.Id, ChannelNames.Autoreply, hop.Final.DomainKey) with { Prefix = LocalPrefix }, Recipient(recipient with { Notify = Notify.Never }, hop, null));

    /// <summary>What will never go is a row too: the report is made in the commit that removes it, so no crash can lose it.</summary>
    public void AddReturn(Hop.Undeliverable hop, EnvelopeRecipient recipient, EntryId domain) =>
        Add(New(domain, ChannelNames.Return, hop.Final.DomainKey) with { Prefix = LocalPrefix }, Recipient(recipient, hop, hop.Reply.ToString()));

    /// <summary>A row only to tell the poster of success, for the same reason.</summary>
    public void AddSuccess(EnvelopeRecipient recipient, EntryId domain, Outcome.Delivered success) =>
        Add(New(domain, ChannelNames.Expanded, recipient.Given.DomainKey) with { Prefix = LocalPrefix },
            new QueuedRecipient(recipient.Given, recipient.Given, Notify.Success, recipient.OriginalRecipient) { Reason = success.Reason });

    /// <summary>The row that stands in for a mailbox found full inside the commit.</summary>
    public QueuedMessage WhenFull(Hop.Mailbox hop, EnvelopeRecipient recipient) =>
        Here(hop, hop.Domain.Id, MailStatus.Overquota, Local.Full) with { Recipients = [Recipient(recipient, hop, Local.Full)] };

    /// <summary>The row that stands in for a mailbox for which mail on hold is still being released.</summary>
    public QueuedMessage Behind(Hop.Mailbox hop, EnvelopeRecipient recipient) => Here(hop, hop.Domain.Id, MailStatus.Hold, null) with { Recipients = [Recipient(recipient, hop, null)] };

    public IReadOnlyList<QueuedMessage> Rows() => [.. _rows.Select(row => row.Key with { Recipients = row.Value })];

    private QueuedMessage Here(Hop hop, EntryId domain, MailStatus status, string? reason)
    {
        bool held = status == MailStatus.Hold;
        return New(domain, held ? ChannelNames.Hold : ChannelNames.Local, hop.Final.DomainKey) with
        {
            Prefix = LocalPrefix,
            NextAttempt = reason is null ? Start : held ? Start + settings.HoldExpiry : Start + settings.RetryOf(ChannelNames.Local)[0],
        };
    }

    private QueuedMessage New(EntryId domain, string channel, string destination) => new()
    {
        Domain = domain,
        Channel = channel,
        Destination = destination,
        Identity = Nobody,
        Sender = submission.Envelope.Sender,
        EnvelopeId = submission.Envelope.EnvelopeId,
        Return = submission.Envelope.Return,
        Body = submission.Envelope.Body,
        Utf8 = submission.Envelope.Utf8,
        Wishes = submission.Envelope.Wishes,
        NextAttempt = Start,
        Expires = Start + settings.ExpiryOf(channel),
        Recipients = [],
    };

    /// <summary>Mail that a list sends in its own name is another envelope: what the poster wanted to hear is not asked on the list's behalf (RFC 3461 5.2.7).</summary>
    private void Add(QueuedMessage row, EnvelopeRecipient recipient, Hop hop, MailAddress? newSender) => Add(
        newSender is null ? row : row with { Sender = newSender, EnvelopeId = null, Return = null },
        Recipient(newSender is null ? recipient : recipient with { Notify = Notify.Default, OriginalRecipient = null }, hop, null));

    private void Add(QueuedMessage row, QueuedRecipient recipient)
    {
        if (!_rows.TryGetValue(row, out List<QueuedRecipient>? recipients))
            _rows.Add(row, recipients = []);
        if (!recipients.Exists(other => other.Final == recipient.Final))
            recipients.Add(recipient);
    }

    private OutgoingIdentity Noted(SenderIdentity? ofGroup)
    {
        Origin origin = submission.Origin;
        if ((ofGroup?.Owner ?? ofGroup?.Domain ?? origin.User ?? origin.Kept?.Owner ?? origin.Kept?.Domain ?? origin.Domain) is { } entry)
            return new(entry, origin.ByHost, null, null);
        return origin.IsTrusted ? new(null, origin.ByHost, null, null) : Nobody;
    }

    private static OutgoingIdentity Outgoing(SenderIdentity identity) => new(identity.Owner, identity.HostName, identity.V4, identity.V6);

    private static QueuedRecipient Recipient(EnvelopeRecipient recipient, Hop hop, string? reason) =>
        new(hop.Given, hop.Final, recipient.Notify, recipient.OriginalRecipient) { Reason = reason };

    private sealed class SameRow : IEqualityComparer<QueuedMessage>
    {
        public bool Equals(QueuedMessage? x, QueuedMessage? y) => x is not null && y is not null && Key(x).Equals(Key(y));

        public int GetHashCode(QueuedMessage row) => Key(row).GetHashCode();

        private static (EntryId, string, string, OutgoingIdentity, MailAddress?, DateTimeOffset) Key(QueuedMessage row) =>
            (row.Domain, row.Channel, row.Destination, row.Identity, row.Sender, row.NextAttempt);
    }
}

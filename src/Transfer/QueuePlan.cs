using DirMail.Mail;
using DirMail.Routing;
using DirMail.Store;

namespace DirMail.Transfer;

/// <summary>Gathers a message's queue rows: recipients that share queue, channel, destination, identity, sender and header lines of ours become one <see cref="QueuedMessage"/>.</summary>
internal sealed class QueuePlan(Submission submission, DateTimeOffset now, TransferSettings settings, Fronts fronts)
{
    /// <summary>Rows that never leave need no identity.</summary>
    public static OutgoingIdentity Nobody { get; } = new(null, "", null, null);

    private readonly Dictionary<(RowKey Key, ReadOnlyMemory<byte> Prefix), (QueuedMessage Row, List<QueuedRecipient> Recipients)> _rows = [];
    private readonly HashSet<(RowKey Key, MailAddress Final)> _taken = [];
    private readonly HashSet<(string LocalPart, string DomainKey)> _elsewhere = [];

    public bool HasSender => submission.Envelope.Sender is not null;

    /// <summary>Mail that its sender wants later waits in the queue, for mailboxes here too (RFC 4865 3).</summary>
    public bool IsForLater => submission.Envelope.Wishes.NotBefore > now;

    private DateTimeOffset Start => IsForLater ? submission.Envelope.Wishes.NotBefore!.Value : now;

    public Fronts Fronts => fronts;

    public void Add(Hop.Remote hop, EnvelopeRecipient recipient, SenderIdentity identity, RoutingTable table)
    {
        // one message a person, whoever sends it on; only a report of success that was asked for needs a row of its own
        if (!_elsewhere.Add((hop.Final.LocalPart, hop.Final.DomainKey)) && !recipient.Notify.HasFlag(Notify.Success))
            return;
        SenderIdentity leaves = hop.Identity ?? identity;
        Front front = fronts.Remote(hop.Identity is null ? null : hop.Given, hop.Changes);
        Add(New(leaves.Domain, settings.Routes.Find(hop.Destination, leaves.Domain, name => table.FindDomain(name)?.Id)?.Channel ?? ChannelNames.Smtp, hop.Destination, front) with
        {
            Identity = Outgoing(leaves),
            Sender = HasSender ? hop.ReturnAddress ?? submission.Envelope.Sender : null,
        }, recipient, hop, hop.NewSender is null ? null : hop.ReturnAddress ?? hop.NewSender);
    }

    /// <summary>A row for somebody here: waiting, on hold, full, or only because a report of success was asked for (<paramref name="reason"/> null: due at once).</summary>
    public void Add(Hop hop, EnvelopeRecipient recipient, EntryId domain, MailStatus status, string? reason) =>
        Add(Here(hop, domain, status, reason), Recipient(recipient, hop, reason));

    /// <summary>
    /// A row to be resolved again. Its identity notes whose mail it is: the entry to ask for it then, the host (no entry), or <see cref="Nobody"/> for mail from outside.
    /// </summary>
    public void Add(Hop.Deferred hop, EnvelopeRecipient recipient, SenderIdentity identity) =>
        Add(New(hop.Domain?.Id ?? identity.Domain, ChannelNames.Reprocess, hop.Final.DomainKey, fronts.Local(hop.Changes)) with { Identity = Noted(hop.Identity) }, recipient, hop, hop.NewSender);

    /// <summary>Its sender is answered, and never told of the answer's fate.</summary>
    public void Add(Hop.Answer hop, EnvelopeRecipient recipient) =>
        Add(New(hop.Domain.Id, ChannelNames.Autoreply, hop.Final.DomainKey, fronts.Local(hop.Changes)), Recipient(recipient with { Notify = Notify.Never }, hop, null));

    /// <summary>What will never go is a row too: the report is made in the commit that removes it, so no crash can lose it.</summary>
    public void AddReturn(Hop.Undeliverable hop, EnvelopeRecipient recipient, EntryId domain) =>
        Add(New(domain, ChannelNames.Return, hop.Final.DomainKey, fronts.Local([])), Recipient(recipient, hop, hop.Reply.ToString()));

    /// <summary>A row only to tell the poster of success, for the same reason.</summary>
    public void AddSuccess(EnvelopeRecipient recipient, EntryId domain, Outcome.Delivered success) =>
        Add(New(domain, ChannelNames.Expanded, recipient.Given.DomainKey, fronts.Local([])),
            new QueuedRecipient(recipient.Given, recipient.Given, Notify.Success, recipient.OriginalRecipient) { Reason = success.Reason });

    /// <summary>The row that stands in for a mailbox found full inside the commit.</summary>
    public QueuedMessage WhenFull(Hop.Mailbox hop, EnvelopeRecipient recipient) =>
        Here(hop, hop.Domain.Id, MailStatus.Overquota, Local.Full) with { Recipients = [Recipient(recipient, hop, Local.Full)] };

    /// <summary>The row that stands in for a mailbox for which mail on hold is still being released.</summary>
    public QueuedMessage Behind(Hop.Mailbox hop, EnvelopeRecipient recipient) => Here(hop, hop.Domain.Id, MailStatus.Hold, null) with { Recipients = [Recipient(recipient, hop, null)] };

    public IReadOnlyList<QueuedMessage> Rows() => [.. _rows.Values.Select(static row => row.Row with { Recipients = row.Recipients })];

    private QueuedMessage Here(Hop hop, EntryId domain, MailStatus status, string? reason)
    {
        bool held = status == MailStatus.Hold;
        return New(domain, held ? ChannelNames.Hold : ChannelNames.Local, hop.Final.DomainKey, fronts.Local(hop.Changes)) with
        {
            NextAttempt = reason is null ? Start : held ? Start + settings.HoldExpiry : Start + settings.RetryOf(ChannelNames.Local)[0],
        };
    }

    private QueuedMessage New(EntryId domain, string channel, string destination, Front front) => new()
    {
        Domain = domain,
        Channel = channel,
        Destination = destination,
        Identity = Nobody,
        Prefix = front.Prefix,
        Replaces = front.Replaces,
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

    /// <summary>
    /// Mail that a list sends in its own name is another envelope: what the poster wanted to hear is not asked on the list's behalf (RFC 3461 5.2.7). Mail without a sender stays so: a list
    /// that hears of its own failures would else cause the next with each report (RFC 5321 4.5.5).
    /// </summary>
    private void Add(QueuedMessage row, EnvelopeRecipient recipient, Hop hop, MailAddress? newSender)
    {
        if (newSender is null || !HasSender)
            Add(row, Recipient(recipient, hop, null));
        else
            Add(row with { Sender = newSender, EnvelopeId = null, Return = null }, Recipient(recipient with { Notify = Notify.Default, OriginalRecipient = null }, hop, null));
    }

    private void Add(QueuedMessage row, QueuedRecipient recipient)
    {
        var key = new RowKey(row.Domain, row.Channel, row.Destination, row.Identity, row.Sender, row.NextAttempt);
        if (!_taken.Add((key, recipient.Final)))
            return;
        if (!_rows.TryGetValue((key, row.Prefix), out (QueuedMessage Row, List<QueuedRecipient> Recipients) known))
            _rows.Add((key, row.Prefix), known = (row, []));
        known.Recipients.Add(recipient);
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

    private readonly record struct RowKey(EntryId Domain, string Channel, string Destination, OutgoingIdentity Identity, MailAddress? Sender, DateTimeOffset NextAttempt);
}

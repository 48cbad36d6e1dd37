using DirMail.Mail;

namespace DirMail.Store.Writing;

/// <summary>The first door, inside the commit: the plan is made with the newest table, and what it says is written. Content is written when the first reference needs it.</summary>
internal sealed class Accepting(WriteScope scope, Acceptance acceptance)
{
    private readonly List<(ReadOnlyMemory<byte> Prefix, int Replaces, Rendition Rendition)> _renditions = [];
    private readonly List<MailAddress> _overQuota = [];
    private readonly List<QueuedMessage> _full = [];
    private readonly HashSet<MailboxId> _delivered = [];
    private byte[]? _inline;
    private bool _isRepeat;
    private int _local, _queued;

    /// <summary>Whether a row speaks of the content now.</summary>
    public bool KeptContent => _renditions.Count > 0;

    public CommitResult Run()
    {
        DeliveryPlan plan = acceptance.Plan();
        if (plan.Refusal is { } refusal)
            return new CommitResult.Refused(refusal);
        if (plan.Local.Count > 0)
            _isRepeat = EntryRows.IsDelivered(scope.Database, acceptance.Id);
        foreach (LocalDelivery delivery in Merged(plan.Local))
            Deliver(delivery);
        foreach (QueuedMessage message in plan.Queued)
            Queue(message);
        if (!plan.RefusesWhenAllFull || _local + _queued > 0)
            foreach (QueuedMessage row in _full)
                Queue(row);
        if (plan.NotTaken is not null)
            return new CommitResult.Stored(_local, _queued, _overQuota) { NotTaken = Each(plan) };
        return _overQuota.Count + _full.Count > 0 && _local + _queued == 0
            ? new CommitResult.Refused(Responses.Overquota)
            : new CommitResult.Stored(_local, _queued, _overQuota);
    }

    /// <summary>Several addresses may lead to one full mailbox: all of them are told.</summary>
    private Dictionary<MailAddress, Reply> Each(DeliveryPlan plan)
    {
        var refused = new Dictionary<MailAddress, Reply>(plan.NotTaken!);
        HashSet<EntryId> full = [.. plan.Local.Where(delivery => _overQuota.Contains(delivery.Given)).Select(delivery => delivery.Account)];
        foreach (LocalDelivery delivery in plan.Local.Where(delivery => delivery.WhenFull is null && full.Contains(delivery.Account)))
            refused[delivery.Given] = Responses.Overquota;
        return refused;
    }

    /// <summary>One delivery for an account and its places, however many addresses lead there.</summary>
    private static IEnumerable<LocalDelivery> Merged(IReadOnlyList<LocalDelivery> deliveries) =>
        deliveries.Count < 2 ? deliveries : deliveries.DistinctBy(static delivery => (delivery.Account, delivery.Places is [var only] ? Folders.NameOf(only) : string.Join('\n', delivery.Places.Select(Folders.NameOf))));

    private void Deliver(LocalDelivery delivery)
    {
        Account account = AccountRows.FindOrInsert(scope, delivery.Account);
        List<(MailboxRow Mailbox, MessageFlags Flags)> missing = Folders.Of(scope, account, delivery, mailbox => _delivered.Contains(mailbox) || (_isRepeat && EntryRows.IsDelivered(scope.Database, acceptance.Id, mailbox)));
        if (missing.Count == 0)
        {
            _local++;
            return;
        }
        if (delivery.Behind is { } behind && QueueRows.LastDue(scope, behind, delivery.Final) is { } due)
        {
            Queue(behind with { NextAttempt = due });
        }
        else if (Quotas.HasRoom(scope, account, delivery.Quota, missing.Count, missing.Count * (acceptance.Content.Octets + delivery.Prefix.Length - delivery.Replaces)))
        {
            foreach ((MailboxRow mailbox, MessageFlags flags) in missing)
            {
                EntryRows.Insert(scope, mailbox, new(RenditionWith(delivery.Prefix, delivery.Replaces), flags, acceptance.Received), acceptance.Id);
                _delivered.Add(mailbox.Id);
                _local++;
            }
        }
        else if (delivery.WhenFull is { } row)
        {
            _full.Add(row);
        }
        else
        {
            _overQuota.Add(delivery.Given);
        }
    }

    private void Queue(QueuedMessage message)
    {
        if (!acceptance.Content.IsInFile)
            _inline ??= acceptance.Content.Inline.ToArray();
        _queued += QueueRows.Insert(scope, acceptance.Id, message, RenditionWith(message.Prefix, message.Replaces), acceptance.Content.Behind(message.Prefix, message.Replaces, _inline));
    }

    private Rendition RenditionWith(ReadOnlyMemory<byte> prefix, int replaces)
    {
        foreach ((ReadOnlyMemory<byte> known, int replaced, Rendition rendition) in _renditions)
            if (replaced == replaces && known.Span.SequenceEqual(prefix.Span))
                return rendition;
        if (_renditions.Count == 0)
            ContentRows.Insert(scope, acceptance.Content);
        Rendition made = ContentRows.InsertRendition(scope, acceptance.Content, prefix.Span, replaces);
        _renditions.Add((prefix, replaces, made));
        return made;
    }
}

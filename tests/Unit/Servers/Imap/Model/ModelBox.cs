using System.Collections.Immutable;
using System.Globalization;
using DirMail.Store;

namespace DirMail.Unit.Servers.Imap.Model;

/// <summary>A mailbox as it must be. A MODSEQ of 0 is not known yet: it is taken from the store, where it must be larger than all before.</summary>
internal sealed class ModelBox(string name, uint uidValidity)
{
    public string Name { get; set; } = name;

    public uint UidValidity { get; } = uidValidity;

    public uint UidNext { get; set; } = 1;

    public long HighestModSeq { get; set; }

    /// <summary>Deleted: sessions that have selected it are told.</summary>
    public bool IsGone { get; set; }

    public SortedDictionary<uint, ModelMessage> Messages { get; } = [];

    public List<(uint Uid, long ModSeq)> Expunged { get; } = [];

    /// <summary>Highest MODSEQs between two operations: what a client may say that it knows all up to.</summary>
    public List<long> Marks { get; } = [];

    public uint Add(string subject, params string[] flags)
    {
        Messages.Add(UidNext, new(subject, Flags(flags), 0));
        return UidNext++;
    }

    public void Remove(IEnumerable<uint> uids)
    {
        foreach (uint uid in uids)
            if (Messages.Remove(uid))
                Expunged.Add((uid, 0));
    }

    public void SetFlags(uint uid, ImmutableSortedSet<string> flags)
    {
        if (Messages.TryGetValue(uid, out ModelMessage? message) && !message.Flags.SetEquals(flags))
            Messages[uid] = message with { Flags = flags, ModSeq = 0 };
    }

    public IEnumerable<uint> With(string flag) => Messages.Where(pair => pair.Value.Flags.Contains(flag)).Select(static pair => pair.Key);

    /// <summary>A new MODSEQ is larger than all before, an old one stays.</summary>
    public void TakeModSeqs(MailboxView view)
    {
        bool isChanged = Messages.Values.Any(static message => message.ModSeq == 0) || Expunged.Exists(static gone => gone.ModSeq == 0);
        foreach (MailboxEntry entry in view.Entries)
        {
            ModelMessage message = Messages[entry.Uid.Value];
            Assert.True(message.ModSeq == 0 ? entry.ModSeq.Value > HighestModSeq : entry.ModSeq.Value == message.ModSeq, $"UID {entry.Uid}: MODSEQ {entry.ModSeq.Value}, was {message.ModSeq}, highest {HighestModSeq}");
            Messages[entry.Uid.Value] = message with { ModSeq = entry.ModSeq.Value };
        }
        Assert.True(isChanged ? view.Status.HighestModSeq.Value > HighestModSeq : view.Status.HighestModSeq.Value >= HighestModSeq, $"HIGHESTMODSEQ {view.Status.HighestModSeq.Value} after {HighestModSeq}");
        GoOnFrom(view.Status, Messages.ContainsKey);
    }

    /// <summary>Takes over what the store says of UIDs and MODSEQs; UIDs given and not there any more have been expunged.</summary>
    public void GoOnFrom(MailboxStatus status, Func<uint, bool> isThere)
    {
        HighestModSeq = status.HighestModSeq.Value;
        for (uint uid = UidNext; uid < status.UidNext.Value; uid++)
            if (!isThere(uid))
                Expunged.Add((uid, 0));
        UidNext = status.UidNext.Value;
        Remove([.. Messages.Keys.Where(uid => !isThere(uid))]);
        for (int i = 0; i < Expunged.Count; i++)
            if (Expunged[i].ModSeq == 0)
                Expunged[i] = (Expunged[i].Uid, HighestModSeq);
        Marks.Add(HighestModSeq);
    }

    public static ImmutableSortedSet<string> Flags(IEnumerable<string> flags) => flags.ToImmutableSortedSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>"1,2,5" and "2:4", as in protocols.</summary>
    public static IEnumerable<uint> Numbers(string set) => set.Split(',', StringSplitOptions.RemoveEmptyEntries).SelectMany(static part =>
    {
        uint[] ends = [.. part.Split(':').Select(static number => uint.Parse(number, CultureInfo.InvariantCulture))];
        return Enumerable.Range((int)ends[0], (int)(ends[^1] - ends[0]) + 1).Select(static number => (uint)number);
    });
}

internal sealed record ModelMessage(string Subject, ImmutableSortedSet<string> Flags, long ModSeq);

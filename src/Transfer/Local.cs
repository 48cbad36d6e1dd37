using System.Collections.Immutable;
using DirMail.Routing;
using DirMail.Store;

namespace DirMail.Transfer;

/// <summary>The entries that a resolved mailbox gets: the same at the first attempt and at every later one. What bears the <see cref="JunkMark"/> is filed as junk where no script files it elsewhere.</summary>
public static class Local
{
    public static LocalDelivery Delivery(Hop.Mailbox hop, QueuedMessage message) => Delivery(hop, new Front(message.Prefix, message.Replaces));

    internal static LocalDelivery Delivery(Hop.Mailbox hop, Front front) =>
        new(hop.Account, Places(hop, JunkMark.IsIn(front.Prefix.Span)), front.Prefix, Quota(hop.Domain) with { Octets = hop.QuotaOctets, Messages = hop.QuotaMessages })
        {
            Given = hop.Given,
            Final = hop.Final,
            Replaces = front.Replaces,
        };

    /// <summary>
    /// Whether a waiting row stands for the recipient's mailbox alone: it was full, or the delivery was to be a row. Whatever else the address leads to has gone its way; a row that waits for a state
    /// stands for all of it.
    /// </summary>
    public static bool IsMailboxAlone(QueuedRecipient recipient) => recipient.Reason is null || recipient.Reason == Full;

    /// <summary>Why a row waits for a mailbox found full inside the commit.</summary>
    internal static string Full { get; } = $"{Mail.Responses.Overquota} (the mailbox is full)";

    /// <summary>What a group may keep: it has no limits of its own.</summary>
    public static Quota Quota(VirtualDomain domain) => new(null, null) { Shared = new(domain.Id, domain.QuotaOctets, domain.QuotaMessages) };

    /// <summary>What a user may keep: the own limits, and those of the domain.</summary>
    public static Quota Quota(MailUser user, VirtualDomain domain) =>
        new(user.QuotaOctets, user.QuotaMessages) { Shared = new(domain.Id, domain.QuotaOctets, domain.QuotaMessages) };

    private static ImmutableArray<Place> Places(Hop.Mailbox hop, bool isJunk)
    {
        Place usual = isJunk ? new Place(Below(hop, JunkMark.Mailbox)) { SpecialUse = JunkMark.Use } : Place.Inbox;
        return hop.Filings.IsEmpty ? [usual] : [.. hop.Filings.Select(filing => (filing.Mailbox is { } name ? new Place(Below(hop, name)) : usual) with { Flags = Flags(filing.Flags) })];
    }

    private static string Below(Hop.Mailbox hop, string name) =>
        hop.IsShared && !name.Equals("INBOX", StringComparison.OrdinalIgnoreCase) && !name.StartsWith("INBOX/", StringComparison.OrdinalIgnoreCase) ? $"INBOX/{name}" : name;

    private static MessageFlags Flags(ImmutableArray<string> names)
    {
        SystemFlags system = SystemFlags.None;
        foreach (string name in names)
            system |= name.StartsWith('\\') && Enum.TryParse(name.AsSpan(1), ignoreCase: true, out SystemFlags flag) ? flag : SystemFlags.None;
        return new(system, names.RemoveAll(static name => name.StartsWith('\\')));
    }
}

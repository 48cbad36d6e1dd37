using DirMail.Mail;
using DirMail.Routing.Table;

namespace DirMail.Routing.Entries;

internal static class GroupReader
{
    public static MailGroup Read(EntryId id, EntryValues values, TableSettings settings)
    {
        AttributeNames names = settings.Attributes;
        DeliveryFacts delivery = EntryReader.Delivery(values, DeliveryOptions.Members, settings);
        string? blocked = delivery.Blocked;
        if (values.Has(names.MemberUrl))
            blocked ??= EntryReader.Blocked(values, names.MemberUrl, "members by LDAP URL are not available in this version");
        values.TellNotInForce(names);
        return new MailGroup
        {
            Id = id,
            Domain = default,
            Dn = values.Dn,
            Name = values.First(names.Name) ?? "",
            Status = values.Status(names.GroupStatus, StatusLadder.Group),
            Addresses = EntryReader.Addresses(values, names),
            MemberDns = values.Dns(names.Member),
            MemberAddresses = values.Addresses(names.MemberAddress),
            Delivery = delivery.Options,
            Blocked = blocked,
            ForwardTo = delivery.ForwardTo,
            RelayHost = delivery.RelayHost,
            DefersExpansion = EntryReader.Defers(values, names),
            ErrorsTo = ErrorsTo(values, names.ErrorsTo),
            HasPostingRules = HasPostingRules(values, names),
            MaxMessageOctets = Least(values.Number(names.GroupMaxSize), values.Blocks(names.MaxBlocks)),
        };
    }

    private static bool HasPostingRules(EntryValues values, AttributeNames names)
    {
        string? rule = names.PostingRules.FirstOrDefault(values.Has);
        if (rule is not null)
            values.Problem(rule, "rules about who may post are not available in this version: nobody may post to the group");
        return rule is not null;
    }

    private static long? Least(long? one, long? other) => one < other || other is null ? one : other;

    /// <summary>An address, or a mailto: URL (RFC 6068); an ldap: URL is not followed.</summary>
    private static MailAddress? ErrorsTo(EntryValues values, string attribute)
    {
        if (values.Text(attribute) is not { } text)
            return null;
        string address = text.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase) ? Uri.UnescapeDataString(text[7..].Split('?')[0]) : text;
        return values.Address(attribute, address);
    }
}

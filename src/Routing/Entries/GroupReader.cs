using System.Collections.Immutable;
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
        ImmutableArray<MemberSearch> searches = Searches(values, names, ref blocked);
        (MailAddress? errorsTo, MemberSearch? errorsToSearch) = ErrorsTo(values, names);
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
            OwnerDns = values.Dns(names.GroupOwner),
            MemberAddresses = values.Addresses(names.MemberAddress),
            Delivery = delivery.Options,
            Blocked = blocked,
            ForwardTo = delivery.ForwardTo,
            RelayHost = delivery.RelayHost,
            DefersExpansion = EntryReader.Defers(values, names),
            ErrorsTo = errorsTo,
            ErrorsToSearch = errorsToSearch,
            MemberSearches = searches,
            Posting = new PostingReader(values, names).Read(),
            Script = EntryReader.Script(values, names.Script),
            Changes = HeaderChangesReader.Read(values, names),
            Traits = values.Traits(settings),
            MaxMessageOctets = Least(values.Number(names.GroupMaxSize), values.Blocks(names.MaxBlocks)),
        };
    }

    /// <summary>Without one of its members a group would be another: what cannot be evaluated keeps all of its mail waiting.</summary>
    private static ImmutableArray<MemberSearch> Searches(EntryValues values, AttributeNames names, ref string? blocked)
    {
        if (!values.Has(names.MemberUrl))
            return [];
        ImmutableArray<MemberSearch>.Builder searches = ImmutableArray.CreateBuilder<MemberSearch>();
        foreach (string text in values.All(names.MemberUrl))
            if (PostingReader.Search(text, names, out string fault) is { } search)
                searches.Add(search);
            else
                blocked ??= EntryReader.Blocked(values, names.MemberUrl, $"'{EntryValues.Shown(text)}': {fault}");
        return searches.ToImmutable();
    }

    private static long? Least(long? one, long? other) => one < other || other is null ? one : other;

    /// <summary>An address, a mailto: URL (RFC 6068), or an LDAP URL.</summary>
    private static (MailAddress? Address, MemberSearch? Search) ErrorsTo(EntryValues values, AttributeNames names)
    {
        if (values.Text(names.ErrorsTo) is not { } text)
            return default;
        if (text.StartsWith("ldap:", StringComparison.OrdinalIgnoreCase))
        {
            MemberSearch? search = PostingReader.Search(text, names, out string fault);
            if (search is null)
                values.Problem(names.ErrorsTo, $"'{EntryValues.Shown(text)}' cannot be used: {fault}");
            return (null, search);
        }
        string address = text.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase) ? Uri.UnescapeDataString(text[7..].Split('?')[0]) : text;
        return (values.Address(names.ErrorsTo, address), null);
    }
}

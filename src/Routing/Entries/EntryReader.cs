using System.Collections.Immutable;
using DirMail.Ldap;
using DirMail.Mail;
using DirMail.Routing.Table;

namespace DirMail.Routing.Entries;

/// <summary>Translates directory entries into rows of the table. What depends on other entries (the domain it lies in, who else claims an address) is settled later.</summary>
internal static class EntryReader
{
    /// <summary>Null when the entry is nothing that the table keeps.</summary>
    public static Row? Read(EntryId id, LdapEntry entry, TableSettings settings)
    {
        AttributeNames names = settings.Attributes;
        var values = new EntryValues(entry, settings.Shared.Domains);
        Row? row = entry switch
        {
            _ when entry.HasClass(names.UserClass) => new UserRow { User = UserReader.Read(id, values, settings) },
            _ when entry.HasClass(names.GroupClass) => new GroupRow { Key = entry.Dn.Normal, Group = GroupReader.Read(id, values, settings) },
            _ when entry.HasClass(names.PeopleClass) => new PeopleRow(id, entry.Dn.Normal, values.Dns(names.Member)),
            _ => null,
        };
        if (row is null)
            return null;
        return row with { Digest = EntryDigest.Of(entry), Declared = values.Problems.IsEmpty ? null : row.All with { Problems = values.Problems } };
    }

    /// <summary>"mail", then the other addresses.</summary>
    public static ImmutableArray<MailAddress> Addresses(EntryValues values, AttributeNames names) =>
        values.Addresses(names.Mail, names.AlternateAddress, names.LocalAddress, names.EquivalentAddress);

    /// <summary>The delivery options of an entry, and what keeps it from being delivered to now (null: nothing).</summary>
    public static (DeliveryOptions Options, string? Blocked) Delivery(EntryValues values, DeliveryOptions usual, ImmutableArray<MailAddress> forwards, TableSettings settings)
    {
        AttributeNames names = settings.Attributes;
        DeliveryOptions options = values.All(names.DeliveryOption).Aggregate(DeliveryOptions.None, (sum, value) => sum | Option(value, values, names, usual));
        if (options == DeliveryOptions.None)
            options = usual;
        if (options.HasFlag(DeliveryOptions.Forward) && forwards.IsEmpty)
            return (options, Blocked(values, names.ForwardingAddress, "delivery by forward without an address to forward to"));
        if (values.Text(names.MailHost) is { } host && settings.MailHosts.Count > 0 && !settings.MailHosts.Contains(host.TrimEnd('.')))
            return (options, Blocked(values, names.MailHost, $"'{host}' is not this server and no server in the settings"));
        return (options, null);
    }

    public static string Blocked(EntryValues values, string attribute, string text)
    {
        values.Problem(attribute, $"{text}: its mail is answered 451");
        return attribute;
    }

    private static DeliveryOptions Option(string value, EntryValues values, AttributeNames names, DeliveryOptions usual)
    {
        DeliveryOptions option = value.ToLowerInvariant() switch
        {
            "mailbox" when usual == DeliveryOptions.Mailbox => DeliveryOptions.Mailbox,
            "members" when usual == DeliveryOptions.Members => DeliveryOptions.Members,
            "forward" => DeliveryOptions.Forward,
            "autoreply" when usual == DeliveryOptions.Mailbox => DeliveryOptions.Autoreply,
            "hold" => DeliveryOptions.Hold,
            "program" => DeliveryOptions.Program,
            "file" => DeliveryOptions.File,
            "shared" => DeliveryOptions.Shared,
            "members_offline" => DeliveryOptions.MembersOffline,
            "native" => DeliveryOptions.Native,
            "unix" => DeliveryOptions.Unix,
            _ => DeliveryOptions.Unknown,
        };
        if (option == DeliveryOptions.Autoreply)
            values.Problem(names.DeliveryOption, $"'{value}' is not available in this version: between {names.VacationStart} and {names.VacationEnd} its mail is answered 451");
        else if ((option & ~DeliveryOptions.Available) != 0)
            values.Problem(names.DeliveryOption, $"'{value}' is {(option == DeliveryOptions.Unknown ? "unknown here" : "not available in this version")}: its mail is answered 451");
        return option;
    }
}

using System.Collections.Immutable;
using DirMail.Ldap;
using DirMail.Mail;
using DirMail.Mail.Sieve;
using DirMail.Routing.Table;

namespace DirMail.Routing.Entries;

/// <summary>Translates directory entries into rows of the table. What depends on other entries (the domain it lies in, who else claims an address) is settled later.</summary>
internal static class EntryReader
{
    /// <summary>Needs nothing but the entry and the settings: in a load it is done on other threads than the one that makes the table.</summary>
    public static EntryReading Read(EntryId id, IEntryContent entry, ulong digest, TableSettings settings)
    {
        if (AliasReader.Read(id, entry, digest, settings) is { } alias)
            return new(id, null, alias);
        return entry.HasClass(settings.Attributes.DomainClass)
            ? new(id, DomainReader.Read(id, entry, settings) with { Digest = digest }, null)
            : new(id, null, RowOf(id, entry, digest, settings));
    }

    private static Row? RowOf(EntryId id, IEntryContent entry, ulong digest, TableSettings settings)
    {
        AttributeNames names = settings.Attributes;
        var values = new EntryValues(entry, settings.Shared.Domains);
        Row? row = entry switch
        {
            _ when entry.HasClass(names.UserClass) => new UserRow { Digest = digest, User = UserReader.Read(id, values, settings) },
            _ when entry.HasClass(names.GroupClass) => new GroupRow { Digest = digest, Key = entry.Dn.Normal, Group = GroupReader.Read(id, values, settings) },
            _ when entry.HasClass(names.PeopleClass) => new PeopleRow(id, entry.Dn.Normal, values.Dns(names.Member)) { Digest = digest },
            _ => null,
        };
        return row is null || values.Problems.IsEmpty ? row : row with { Declared = row.All with { Problems = values.Problems } };
    }

    /// <summary>"mail", then the other addresses.</summary>
    /// <param name="uid">Most are the uid at the domain, and keep that string.</param>
    public static ImmutableArray<MailAddress> Addresses(EntryValues values, AttributeNames names, string uid = "") =>
        values.Addresses(uid, names.Mail, names.AlternateAddress, names.LocalAddress, names.EquivalentAddress);

    /// <summary>What becomes of an entry's mail: its options, where it is forwarded or relayed to, and the attribute that keeps it from being delivered (null: none does).</summary>
    public static DeliveryFacts Delivery(EntryValues values, DeliveryOptions usual, TableSettings settings)
    {
        AttributeNames names = settings.Attributes;
        ImmutableArray<MailAddress> forwards = values.Addresses(names.ForwardingAddress);
        DeliveryOptions options = Options(values, usual, names);
        if (options == DeliveryOptions.None)
            options = usual;
        var facts = new DeliveryFacts(options, forwards, null, null);
        if (options.HasFlag(DeliveryOptions.Forward) && forwards.IsEmpty)
            facts = facts with { Blocked = Blocked(values, names.ForwardingAddress, "delivery by forward without an address to forward to") };
        return Routed(facts, values, settings);
    }

    /// <summary>A script (RFC 5228) whose values are one; null: there is none, or it is faulty and counts as none.</summary>
    public static SieveScript? Script(EntryValues values, string attribute)
    {
        if (!values.Has(attribute))
            return null;
        SieveScript? script = SieveScript.Compile(values.All(attribute), out SieveFault? fault);
        if (fault is not null)
            values.Problem(attribute, $"{fault}; the script counts as absent");
        return script;
    }

    /// <summary>
    /// mailDeferProcessing: Yes and After Auth alike, because who may post is asked before the message is taken in any case (SCHEMA 4.3). Anything else is No, and told.
    /// </summary>
    public static bool Defers(EntryValues values, AttributeNames names)
    {
        string word = values.Text(names.DeferProcessing)?.Trim() ?? "No";
        bool isKnown = word.Equals("Yes", StringComparison.OrdinalIgnoreCase) || word.Equals("After Auth", StringComparison.OrdinalIgnoreCase);
        if (!isKnown && !word.Equals("No", StringComparison.OrdinalIgnoreCase))
            values.Problem(names.DeferProcessing, $"'{word}' is none of Yes, No and After Auth: taken as No");
        return isKnown;
    }

    public static string Blocked(EntryValues values, string attribute, string text)
    {
        values.Problem(attribute, $"{text}: its mail is answered 451");
        return attribute;
    }

    /// <summary>
    /// mailHost and mailRoutingAddress as LASER has them (SCHEMA 3.6): the host is this one or not said: on to the routing address, when there is one; it is another that the
    /// settings name: relayed there, under the routing address when there is one. What only forwards does so here, whatever the host (SCHEMA 3.5).
    /// </summary>
    private static DeliveryFacts Routed(DeliveryFacts facts, EntryValues values, TableSettings settings)
    {
        AttributeNames names = settings.Attributes;
        (string? relay, bool isForeign) = Host(values, settings);
        if (isForeign)
            return facts with { Blocked = Blocked(values, names.MailHost, $"'{EntryValues.Shown(values.All(names.MailHost).First())}' is not this server and no server in the settings") };
        bool isRouted = values.All(names.RoutingAddress).Count > 0;
        MailAddress? target = values.FirstAddress(names.RoutingAddress);
        if (isRouted && target is not { IsLiteral: false })
            return facts with { Blocked = Blocked(values, names.RoutingAddress, target is null ? "no address to go on to" : $"'{target}' is an address literal, which would leave past the routes") };
        if (relay is not null)
            return facts.Options == DeliveryOptions.Forward ? facts : new(DeliveryOptions.Forward, target is { } there ? [there] : [], relay, null);
        return target is { } next ? new(DeliveryOptions.Forward, [next], null, null) : facts;
    }

    private static (string? Relay, bool IsForeign) Host(EntryValues values, TableSettings settings)
    {
        if (values.All(settings.Attributes.MailHost).Count == 0)
            return (null, false);
        string? host = values.Text(settings.Attributes.MailHost)?.TrimEnd('.');
        if (host is not null && settings.MailHosts.Contains(host))
            return (null, false);
        if (host is not null && settings.RelayHosts.TryGetValue(host, out string? relay))
            return (relay, false);
        return (null, host is null || settings.MailHosts.Count > 0);
    }

    private static DeliveryOptions Options(EntryValues values, DeliveryOptions usual, AttributeNames names)
    {
        IReadOnlyList<string> all = values.All(names.DeliveryOption);
        if (all.Count > 1)
            all = [.. all.Distinct(StringComparer.OrdinalIgnoreCase)];
        var sum = DeliveryOptions.None;
        for (int i = 0; i < all.Count; i++)
            sum |= Option(all[i], values, names, usual);
        return sum;
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
            // a user's own mailbox, which others read by its access list
            "shared" => usual == DeliveryOptions.Mailbox ? DeliveryOptions.Mailbox | DeliveryOptions.Shared : DeliveryOptions.Shared,
            "members_offline" => DeliveryOptions.MembersOffline,
            "native" => DeliveryOptions.Native,
            "unix" => DeliveryOptions.Unix,
            _ => DeliveryOptions.Unknown,
        };
        if ((option & ~DeliveryOptions.Available) != 0)
            values.Problem(names.DeliveryOption, $"'{EntryValues.Shown(value)}' is {(option == DeliveryOptions.Unknown ? "unknown here" : "not available in this version")}: its mail is answered 451");
        return option;
    }
}

/// <param name="RelayHost">The server that the mail is handed to, as the settings spell it; null: it is for this one.</param>
internal readonly record struct DeliveryFacts(DeliveryOptions Options, ImmutableArray<MailAddress> ForwardTo, string? RelayHost, string? Blocked);

/// <summary>What one entry says: a domain, somebody in one, or (both null) nothing that the table keeps.</summary>
internal readonly record struct EntryReading(EntryId Id, DomainFacts? Domain, Row? Row);

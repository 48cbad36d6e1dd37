using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Mail;

namespace DirMail.Routing;

/// <summary>A domain's node as an administrator works on it.</summary>
internal sealed record DomainNode(Dn Dn, IReadOnlyList<string> Names, Dn UserBase)
{
    public string Name => Names[0];
}

/// <summary>From what a person types (a domain's name, user@domain, a directory name) to one entry. Several are a refusal, never the first of them.</summary>
internal static class EntryFinder
{
    /// <summary>
    /// A domain's administrator may not search from the root (access rule 8): so the nodes above the person's own entry are looked at first, then the usual place, then
    /// everything; at last the server's account finds its name, and the person still does the writing.
    /// </summary>
    public static async Task<Administered<DomainNode>> DomainAsync(DirectorySession session, string name, CancellationToken cancellationToken)
    {
        if (!MailAddress.TryDomainKey(name, out string key) || key.StartsWith('['))
            return new Refusal($"'{name}' is not a domain name");
        if (await ByComponentsAsync(session, key, cancellationToken) is { } components)
            return components;
        var tried = session.Who.Parent is { } above ? Above(above, session.Root) : [];
        foreach (Dn node in tried.Append(session.Root.Child("o", key)))
            if (await NodesAsync(session, node, LdapScope.Base, key, cancellationToken) is { Count: > 0 } here)
                return Node(here[0], session);
        List<LdapEntry> nodes = await NodesAsync(session, session.Root, LdapScope.Subtree, key, cancellationToken);
        if (nodes.Count == 0)
        {
            await using DirectorySession? service = await DirectorySession.OpenServiceAsync(session.Settings, cancellationToken);
            nodes = service is null ? [] : await NodesAsync(service, session.Root, LdapScope.Subtree, key, cancellationToken);
        }
        return nodes switch
        {
            [var node] => Node(node, session),
            [] => new Refusal($"no domain {name} in the directory"),
            _ => new Refusal($"{nodes.Count} nodes claim the domain {name}: {string.Join("; ", nodes.Select(n => n.Dn))}"),
        };
    }

    /// <summary>By directory name, uid@domain, or any of the user's addresses.</summary>
    public static async Task<Administered<LdapEntry>> UserAsync(DirectorySession session, string user, CancellationToken cancellationToken) =>
        await EntryAsync(session, new("user", user, session.Names.UserClass), session.Names.Uid, cancellationToken);

    /// <summary>By directory name, cn@domain ("Domain Administrators@bcd.com" too), or any of the group's addresses.</summary>
    public static async Task<Administered<LdapEntry>> GroupAsync(DirectorySession session, string group, CancellationToken cancellationToken)
    {
        Administered<LdapEntry> mail = await EntryAsync(session, new("group", group, session.Names.GroupClass), session.Names.Name, cancellationToken);
        Administered<LdapEntry> people = mail.IsDone ? mail : await EntryAsync(session, new("group", group, session.Names.PeopleClass), session.Names.Name, cancellationToken);
        return people.IsDone ? people : mail;
    }

    /// <summary>Entries below the base that have one of the addresses.</summary>
    public static LdapFilter HasAddress(AttributeNames names, string address) => new LdapFilter.Or(
        [.. new[] { names.Mail, names.AlternateAddress, names.EquivalentAddress }.Select(a => LdapFilter.Is(a, address))]);

    private sealed record Wanted(string Kind, string Given, string Class);

    private static async Task<Administered<LdapEntry>> EntryAsync(DirectorySession session, Wanted wanted, string naming, CancellationToken cancellationToken)
    {
        int at = wanted.Given.LastIndexOf('@');
        if (wanted.Given.Contains('=') && Dn.TryParse(wanted.Given, out Dn? dn))
            return await session.ReadAsync(dn!, cancellationToken) is { } entry && entry.HasClass(wanted.Class)
                ? entry : new Refusal($"no {wanted.Kind} {dn}: it is not there, or not yours to see");
        if (at <= 0)
            return new Refusal($"'{wanted.Given}' is no {wanted.Kind}: give name@domain or a directory name");
        Administered<DomainNode> domain = await DomainAsync(session, wanted.Given[(at + 1)..], cancellationToken);
        if (domain.Value is not { } node)
            return new Refusal(domain.Refusal!);
        string local = wanted.Given[..at];
        LdapFilter any = new LdapFilter.Or([LdapFilter.Is(naming, local), .. node.Names.Select(n => HasAddress(session.Names, $"{local}@{n}"))]);
        var filter = new LdapFilter.And([LdapFilter.Is("objectClass", wanted.Class), any]);
        Administered<List<LdapEntry>> found = await session.SearchAsync(node.UserBase, LdapScope.Subtree, filter, cancellationToken);
        return found.IsDone ? One(found.Value, naming, local, wanted) : new Refusal(found.Refusal);
    }

    /// <summary>The name itself goes before an address that looks the same.</summary>
    private static Administered<LdapEntry> One(List<LdapEntry> found, string naming, string local, Wanted wanted)
    {
        LdapEntry[] named = [.. found.Where(e => e.All(naming).Any(v => v.Equals(local, StringComparison.OrdinalIgnoreCase)))];
        return named.Length == 1 ? named[0] : found switch
        {
            [var one] => one,
            [] => new Refusal($"no {wanted.Kind} {wanted.Given} in the directory, or not yours to see"),
            _ => new Refusal($"{found.Count} entries are {wanted.Given}: name one of them: {string.Join("; ", found.Select(e => e.Dn))}"),
        };
    }

    private static IEnumerable<Dn> Above(Dn from, Dn root)
    {
        for (Dn? node = from; node is not null && node.IsWithin(root) && !node.Equals(root); node = node.Parent)
            yield return node;
    }

    /// <summary>Schema 1: the node's place says its name (SCHEMA 3.1), so it is looked for there.</summary>
    private static async Task<DomainNode?> ByComponentsAsync(DirectorySession session, string key, CancellationToken cancellationToken)
    {
        if (session.Settings.Schema1Suffix.Length == 0 || !Dn.TryParse(session.Settings.Schema1Suffix, out Dn? place))
            return null;
        foreach (string label in key.Split('.').Reverse())
            place = place!.Child("dc", label);
        LdapEntry? entry = await session.ReadAsync(place!, cancellationToken);
        return entry?.HasClass(session.Names.DomainClass) == true ? Node(entry, session) with { Names = [key] } : null;
    }

    private static async Task<List<LdapEntry>> NodesAsync(DirectorySession session, Dn below, LdapScope scope, string key, CancellationToken cancellationToken)
    {
        AttributeNames names = session.Names;
        var filter = new LdapFilter.And([LdapFilter.Is("objectClass", names.DomainClass),
            new LdapFilter.Or([LdapFilter.Is(names.DomainNames, key), LdapFilter.Is(names.CanonicalName, key)])]);
        return (await session.SearchAsync(below, scope, filter, cancellationToken, names.DomainNames, names.CanonicalName, names.BaseDn)).Value ?? [];
    }

    private static DomainNode Node(LdapEntry entry, DirectorySession session)
    {
        AttributeNames names = session.Names;
        string[] all = [.. entry.All(names.CanonicalName).Concat(entry.All(names.DomainNames)).Select(n => n.ToLowerInvariant()).Distinct()];
        return new(entry.Dn, all, entry.First(names.BaseDn) is { } text && Dn.TryParse(text, out Dn? dn) ? dn! : entry.Dn);
    }
}

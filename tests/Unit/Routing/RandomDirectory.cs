using DirMail.Ldap;
using DirMail.Mail;
using DirMail.Routing;

namespace DirMail.Unit.Routing;

/// <summary>
/// A small directory full of what goes wrong: names, bases, uids and addresses claimed twice, nested domains, people in no domain, addresses outside, words that mean nothing.
/// Virtual addresses are left out: who had one first keeps it, so they depend on the order by design.
/// </summary>
internal sealed class RandomDirectory
{
    private static readonly string[] Names = ["one.test", "two.test", "three.test"];
    private static readonly string[] Nodes = ["o=a,o=hosting", "o=b,o=hosting", "o=c,o=hosting", "o=d,o=a,o=hosting", "ou=Shared,o=hosting"];
    private static readonly string[] Words = ["ann", "bob", "Cleo", "dan", "postmaster"];
    private static readonly string[] States = ["active", "inactive", "hold", "deleted", "nonsense"];

    private readonly Random _random;

    private RandomDirectory(Random random) => _random = random;

    public Dictionary<EntryId, LdapEntry> Entries { get; } = [];

    public static RandomDirectory Of(Random random)
    {
        var directory = new RandomDirectory(random);
        foreach (string node in Nodes.Where(_ => random.Next(3) > 0))
            directory.AddDomain(node);
        for (int i = random.Next(14); i > 0; i--)
            directory.AddUser($"{(random.Next(4) == 0 ? "cn" : "uid")}={directory.Any(Words)}", directory.Place());
        for (int i = random.Next(4); i > 0; i--)
            directory.AddGroup($"cn=group{i},{directory.Place()}");
        return directory;
    }

    public (EntryId Id, LdapEntry Entry)[] Shuffled(Random random)
    {
        (EntryId, LdapEntry)[] all = [.. Entries.OrderBy(e => e.Value.Dn.Normal, StringComparer.Ordinal).Select(e => (e.Key, e.Value))];
        random.Shuffle(all);
        return all;
    }

    /// <summary>Everything that can be asked of the table, in words.</summary>
    public IEnumerable<string> Seen(RoutingTable table)
    {
        yield return $"{table.DomainCount} domains, {table.UserCount} users";
        foreach (string word in Words.Append("alias").Append("nobody"))
            foreach (string name in Names)
                yield return $"{word}@{name}: {Describe(table.Resolve(MailAddress.Parse($"{word}@{name}")))}, uid {(table.FindDomain(name) is { } d ? table.FindUser(d, word)?.Dn : "")}";
        foreach (VirtualDomain domain in table.Domains)
            yield return $"{domain.Dn} has {string.Join(" ", table.UsersOf(domain).Select(u => u.Dn).Order(StringComparer.Ordinal))}, run by {string.Join(" ", table.UsersOf(domain).Where(u => table.IsAdministrator(u, domain)).Select(u => u.Dn).Order(StringComparer.Ordinal))}";
        foreach ((EntryId id, LdapEntry entry) in Entries.OrderBy(e => e.Value.Dn.Normal, StringComparer.Ordinal))
            yield return $"{entry.Dn}: {Describe(table.FindUser(id))}, by name {table.State.FindByName(entry.Dn.Normal)?.Dn}";
        foreach (string problem in table.Problems.Select(p => $"{p.Dn} {p.Attribute} {string.Concat(p.Text.Order())}").Order(StringComparer.Ordinal))
            yield return problem;
    }

    private static string Describe(Resolution resolution) => resolution switch
    {
        Resolution.Accepted { Recipient: Recipient.User { Entry: var user } } accepted => $"user {user.Dn} as {accepted.Final} in {accepted.Domain.Dn}",
        Resolution.Accepted { Recipient: Recipient.Group { Entry: var group } } accepted => $"group {group.Dn} as {accepted.Final} in {accepted.Domain.Dn}",
        Resolution.Accepted accepted => $"on from {accepted.Domain.Dn}",
        Resolution.Refused refused => $"{refused.Reply} in {refused.Domain?.Dn}",
        _ => "not here",
    };

    private static string Describe(MailUser? user) => user is null ? "no user" : $"{user.Uid} in {user.Domain}, {user.Status}, at {string.Join(" ", user.Addresses.Select(a => a.ToString()))}";

    private void AddDomain(string node)
    {
        List<LdapAttribute> attributes = [new("objectClass", "inetDomain"), new("associatedDomain", [.. Names.Where(_ => _random.Next(3) == 0)]), new("mailDomainStatus", Any(States))];
        if (_random.Next(3) == 0)
            attributes.Add(new("inetDomainBaseDN", _random.Next(2) == 0 ? Place() : $"uid={Any(Words)},{Place()}"));
        if (_random.Next(3) == 0)
            attributes.Add(new("mailDomainAdministrator", $"cn=group1,{Place()}"));
        Add(node, attributes);
    }

    private void AddUser(string rdn, string place)
    {
        string uid = rdn[(rdn.IndexOf('=') + 1)..];
        List<LdapAttribute> attributes = [new("objectClass", "inetMailUser"), new("mail", $"{uid}@{Any(Names)}"), new("inetUserStatus", Any(States))];
        if (_random.Next(6) > 0)
            attributes.Add(new("uid", _random.Next(4) == 0 ? Any(Words) : uid));
        if (_random.Next(3) == 0)
            attributes.Add(new("mailAlternateAddress", $"{Any(Words)}@{Any(Names)}", $"alias@{Any(Names)}"));
        Add($"{rdn},{place}", attributes);
    }

    private void AddGroup(string dn)
    {
        string[] classes = _random.Next(2) == 0 ? ["groupOfUniqueNames"] : ["groupOfUniqueNames", "inetMailGroup"];
        Add(dn, [new("objectClass", classes), new("mail", $"{Any(Words)}@{Any(Names)}"), new("uniqueMember", $"uid={Any(Words)},{Place()}", $"cn={Any(Words)},{Place()}")]);
    }

    private void Add(string dn, List<LdapAttribute> attributes) =>
        Entries[ExampleDirectory.IdOf(dn)] = new(Dn.Parse(dn), [.. attributes.Where(a => a.Values.Count > 0)]);

    private string Place() => _random.Next(3) == 0 ? "ou=Elsewhere,o=hosting" : _random.Next(2) == 0 ? Any(Nodes) : $"ou=People,{Any(Nodes)}";

    private string Any(string[] choices) => choices[_random.Next(choices.Length)];
}

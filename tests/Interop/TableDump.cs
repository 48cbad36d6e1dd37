using System.Text;
using DirMail.Mail;
using DirMail.Routing;
using Xunit;

namespace DirMail.Interop;

/// <summary>What ldapsearch prints of a directory, beside what the routing table says: the same domains, users, names, addresses and states, under the same ids.</summary>
internal static class TableDump
{
    /// <summary>A line for each domain and user, sorted.</summary>
    public static string OfTable(RoutingTable table)
    {
        var lines = new List<string>();
        foreach (VirtualDomain domain in table.Domains)
        {
            lines.Add($"{domain.Id.Value:N} {Key(domain.Dn)} domain {Sorted(domain.Names)} {Word(domain.Status.Status)}");
            foreach (MailUser user in table.UsersOf(domain))
                lines.Add($"{user.Id.Value:N} {Key(user.Dn)} user {user.Uid} {Sorted(user.Addresses.Select(a => a.ToString()))} {Word(user.Status.Status)}");
        }
        return string.Join('\n', lines.Order(StringComparer.Ordinal));
    }

    /// <summary>The same of what is in the directory now.</summary>
    public static async Task<string> OfDirectoryAsync(IPrivateDirectory directory)
    {
        const string filter = "(|(objectClass=inetDomain)(objectClass=inetMailUser))";
        string[] options = ["-x", "-H", directory.Url, "-D", directory.Manager, "-w", directory.ManagerPassword, "-LLL", "-o", "ldif-wrap=no", "-b", "o=hosting", filter, "*", directory.IdAttribute];
        Printed printed = await Program.RunAsync("ldapsearch", options);
        Assert.True(printed.ExitCode == 0, printed.Error);
        Dictionary<string, List<string>>[] entries = [.. printed.Output.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(Parse)];
        Dictionary<string, List<string>>[] domains = [.. entries.Where(e => e["objectclass"].Contains("inetDomain"))];
        var lines = new List<string>();
        foreach (Dictionary<string, List<string>> domain in domains)
            lines.Add($"{IdOf(domain, directory)} {Key(domain["dn"][0])} domain {Sorted(All(domain, "associatedDomain"))} {Status(domain, "inetDomainStatus", "mailDomainStatus")}");
        foreach (Dictionary<string, List<string>> user in entries.Except(domains))
            lines.Add(User(user, domains, directory));
        return string.Join('\n', lines.Order(StringComparer.Ordinal));
    }

    private static string User(Dictionary<string, List<string>> user, Dictionary<string, List<string>>[] domains, IPrivateDirectory directory)
    {
        Dictionary<string, List<string>> domain = domains.Single(d => Key(user["dn"][0]).EndsWith("," + Key(d["dn"][0]), StringComparison.Ordinal));
        IEnumerable<string> addresses = ((string[])["mail", "mailAlternateAddress", "mailEquivalentAddress"]).SelectMany(a => All(user, a)).Where(a => All(domain, "associatedDomain").Contains(a[(a.IndexOf('@', StringComparison.Ordinal) + 1)..]));
        return $"{IdOf(user, directory)} {Key(user["dn"][0])} user {user["uid"][0]} {Sorted(addresses)} {Status(user, "inetUserStatus", "mailUserStatus")}";
    }

    private static string IdOf(Dictionary<string, List<string>> entry, IPrivateDirectory directory) =>
        entry[directory.IdAttribute.ToLowerInvariant()][0].Replace("-", "", StringComparison.Ordinal);

    private static string Status(Dictionary<string, List<string>> entry, params string[] ladder) =>
        ladder.SelectMany(a => All(entry, a)).FirstOrDefault(s => s != "active") ?? "active";

    private static IEnumerable<string> All(Dictionary<string, List<string>> entry, string attribute) => entry.GetValueOrDefault(attribute.ToLowerInvariant()) ?? [];

    private static Dictionary<string, List<string>> Parse(string text)
    {
        var entry = new Dictionary<string, List<string>>();
        foreach (string line in text.Split('\n'))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0)
                continue;
            bool isEncoded = line[(colon + 1)..].StartsWith(':');
            string value = line[(colon + (isEncoded ? 2 : 1))..].Trim();
            string name = line[..colon].ToLowerInvariant();
            if (!entry.TryGetValue(name, out List<string>? values))
                entry[name] = values = [];
            values.Add(isEncoded ? Encoding.UTF8.GetString(Convert.FromBase64String(value)) : value);
        }
        return entry;
    }

    private static string Key(string dn) => dn.ToLowerInvariant().Replace(", ", ",", StringComparison.Ordinal);

    private static string Sorted(IEnumerable<string> values) => string.Join(',', values.Select(v => v.ToLowerInvariant()).Distinct().Order(StringComparer.Ordinal));

    private static string Word(MailStatus status) => status.ToString().ToLowerInvariant();
}

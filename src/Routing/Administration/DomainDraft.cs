using System.Globalization;
using System.Net;
using DirMail.Ldap;
using DirMail.Ldap.Ldif;
using DirMail.Mail;

namespace DirMail.Routing;

/// <summary>The entries of a new domain, ready to be added in order.</summary>
internal sealed record DomainDraft(IReadOnlyList<LdifRecord.Content> Records, IReadOnlyList<string> Names, IReadOnlyList<IPAddress> Addresses)
{
    /// <summary>Of the administrators, set after the entry is there.</summary>
    public IReadOnlyDictionary<Dn, string> Passwords { get; init; } = new Dictionary<Dn, string>();

    /// <summary>Refused for what the request alone shows: no names, no administrators, values that DirMail would not read as they are meant.</summary>
    public static Administered<DomainDraft> Of(NewDomain domain, DirectorySettings settings)
    {
        var names = new List<string>();
        foreach (string name in domain.AlsoNames.Prepend(domain.Name))
            if (!MailAddress.TryDomainKey(name, out string key) || key.StartsWith('[') || !key.Contains('.'))
                return new Refusal($"'{name}' is not a domain name");
            else if (!names.Contains(key))
                names.Add(key);
        if (domain.Administrators.Count == 0)
            return new Refusal("a domain needs an administrator");
        if (domain.Administrators.FirstOrDefault(a => !IsUid(a.Uid)) is { } strange)
            return new Refusal($"'{strange.Uid}' is no uid: letters, digits, '.', '-' and '_', as it becomes the part before the @");
        Administered<List<LdifRecord.Content>> filled = DomainTemplate.Fill(domain.Template ?? DomainTemplate.Standard, Words(domain, names), settings.BaseDn);
        if (!filled.IsDone)
            return new Refusal(filled.Refusal);
        return EntryProblems.FirstOf(filled.Value, settings) is { } problem ? new Refusal(problem) : new DomainDraft(filled.Value, names, domain.VirtualAddresses)
        {
            Passwords = domain.Administrators.Join(filled.Value, a => a.Uid, r => r.Dn.FirstRdn is ("uid", var uid) ? uid : "", (a, r) => (r.Dn, a.Password)).ToDictionary(p => p.Dn, p => p.Password),
        };
    }

    public string ToLdif()
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        var writer = new LdifWriter(text);
        foreach (LdifRecord record in Records)
            writer.Write(record);
        return text.ToString();
    }

    private static Dictionary<string, IReadOnlyList<string>> Words(NewDomain domain, List<string> names) => new()
    {
        ["DOMAIN"] = [names[0]],
        ["ALSO"] = [.. names.Skip(1)],
        ["ADDRESS"] = [.. domain.VirtualAddresses.Select(a => a.ToString()).Distinct()],
        ["HOST"] = domain.HostName is { } host ? [host] : domain.VirtualAddresses.Count > 0 ? ["mail." + names[0]] : [],
        ["SERVICES"] = [domain.Services],
        ["QUOTA"] = domain.Quota is { } quota ? [quota] : [],
        ["POSTMASTER"] = domain.Postmaster is { } postmaster ? [postmaster] : [],
        [DomainTemplate.Admin] = [.. domain.Administrators.Select(a => a.Uid).Distinct()],
        ["PASSWORD"] = [],
    };

    private static bool IsUid(string text) => text.Length is > 0 and <= MailAddress.MaxLocalPartOctets && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
}

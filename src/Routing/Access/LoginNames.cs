using System.Net;
using DirMail.Mail;

namespace DirMail.Routing.Access;

/// <summary>Whom a login name means: user@domain, or uid, separator and domain where the domain has a domainUidSeparator, or a bare uid of the domain spoken to.</summary>
internal static class LoginNames
{
    /// <summary>On a virtual address only that domain's users exist, and a bare uid is one of them; elsewhere a bare uid is the host domain's.</summary>
    public static LoginTarget Find(RoutingTable table, string login, IPAddress localAddress)
    {
        VirtualDomain? local = table.DomainAt(localAddress);
        int at = login.LastIndexOf('@');
        string uid = at < 0 ? login : login[..at];
        VirtualDomain? domain;
        if (at >= 0)
            domain = MailAddress.TryDomainKey(login[(at + 1)..], out string key) ? table.FindDomain(key) : null;
        else
            domain = Separated(table, login, ref uid) ?? local ?? table.FindDomain(table.Settings.HostDomainKey);
        if (domain is null)
            return new(null, login.ToLowerInvariant(), "unknown domain");
        string account = $"{domain.Id.Value:N}/{uid.ToLowerInvariant()}";
        if (local is not null && local.Id != domain.Id)
            return new(null, account, $"on the virtual address of {local.Name}");
        MailUser? user = table.FindUser(domain, uid, login);
        return new(user, account, user is null ? "unknown user" : "");
    }

    /// <summary>Only the one reading of the name that a domain's separator allows; with two of them nobody is meant.</summary>
    private static VirtualDomain? Separated(RoutingTable table, string login, ref string uid)
    {
        VirtualDomain? found = null;
        string name = uid;
        for (int start = login.Length - 1; start > 1 && table.HasUidSeparators; start--)
            if (MailAddress.TryDomainKey(login[start..], out string key) && table.FindDomain(key) is { UidSeparator: { } separator } domain
                && start > separator.Length && login.AsSpan(0, start).EndsWith(separator, StringComparison.OrdinalIgnoreCase))
            {
                if (found is not null)
                    return null;
                (found, name) = (domain, login[..(start - separator.Length)]);
            }
        if (found is not null)
            uid = name;
        return found;
    }
}

/// <param name="Account">Whose password is tried, whether there is such a user or not: the same by all names of the domain.</param>
/// <param name="Unknown">Why there is no user, for the log.</param>
internal readonly record struct LoginTarget(MailUser? User, string Account, string Unknown);

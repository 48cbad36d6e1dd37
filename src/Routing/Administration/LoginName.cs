using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Mail;

namespace DirMail.Routing;

/// <summary>A login as a person types it to the name that the directory knows: found as the service account does, else the usual shape of the tree is taken for granted.</summary>
internal static class LoginName
{
    /// <summary>Null: nothing that could be a login.</summary>
    /// <exception cref="LdapException">The directory does not answer.</exception>
    public static async Task<Dn?> ResolveAsync(DirectorySettings settings, string name, CancellationToken cancellationToken)
    {
        Dn root = Dn.Parse(settings.BaseDn);
        if (name.Contains('='))
            return Dn.TryParse(name, out Dn? dn) && !dn!.IsRoot ? dn : null;
        if (!name.Contains('@'))
            return name.Length == 0 ? null : root.Child("ou", "Services").Child(settings.Attributes.Uid, name);
        if (!MailAddress.TryParse(name, out MailAddress address) || address.IsLiteral)
            return null;
        return await FindAsync(settings, address, cancellationToken) ?? root.Child("o", address.DomainKey).Child("ou", "People").Child(settings.Attributes.Uid, address.LocalKey);
    }

    private static async Task<Dn?> FindAsync(DirectorySettings settings, MailAddress login, CancellationToken cancellationToken)
    {
        await using DirectorySession? service = await DirectorySession.OpenServiceAsync(settings, cancellationToken);
        if (service is null || (await EntryFinder.DomainAsync(service, login.DomainKey, cancellationToken)).Value is not { } domain)
            return null;
        LdapFilter filter = new LdapFilter.And([LdapFilter.Is("objectClass", settings.Attributes.UserClass), LdapFilter.Is(settings.Attributes.Uid, login.LocalKey)]);
        return (await service.SearchAsync(domain.UserBase, LdapScope.Subtree, filter, cancellationToken, "1.1")).Value is [var user] ? user.Dn : null;
    }
}

using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Mail;

namespace DirMail.Routing;

/// <summary>Makes, changes and removes users. A user is named by uid@domain, any of the addresses, or the directory name.</summary>
public sealed class UserAdministration(DirectorySettings settings)
{
    private AttributeNames Names => settings.Attributes;

    public Task<Administered<UserEntry>> AddAsync(DirectoryLogin login, NewUser user, CancellationToken cancellationToken) => RunAsync<UserEntry>(login, async session =>
    {
        if (!MailAddress.TryParse(user.Address, out MailAddress address) || address.IsLiteral)
            return new Refusal($"'{user.Address}' is not a mail address");
        Administered<DomainNode> domain = await EntryFinder.DomainAsync(session, address.DomainKey, cancellationToken);
        if (domain.Value is not { } node)
            return new Refusal(domain.Refusal!);
        if (await NumberFaultAsync(session, node, cancellationToken) is { } full)
            return new Refusal(full);
        var changes = new UserChanges(Blank(node, address, user.Name ?? address.LocalKey), Names);
        UserSettings wanted = user.Settings with { Mail = user.Settings.Mail ?? $"{address.LocalKey}@{address.DomainKey}" };
        if (await FaultAsync(session, node, changes, wanted, cancellationToken) is { } fault)
            return new Refusal(fault);
        LdapEntry entry = changes.After;
        if (user.Password is { } password && PasswordFault(password) is { } weak)
            return new Refusal(weak);
        string? refusal = await session.AddAsync(entry.Dn, entry.Attributes, cancellationToken);
        if (refusal is null && user.Password is not null && (refusal = await session.SetPasswordAsync(entry.Dn, user.Password, cancellationToken)) is not null)
            refusal += await session.DeleteAsync(entry.Dn, CancellationToken.None) is { } remains ? $"; and {remains}" : "; the entry was removed again, nothing is changed";
        return refusal is null ? UserEntry.Of(entry, Names) : new Refusal(refusal);
    }, cancellationToken);

    public Task<Administered<IReadOnlyList<UserEntry>>> ListAsync(DirectoryLogin login, string domain, CancellationToken cancellationToken) => RunAsync<IReadOnlyList<UserEntry>>(login, async session =>
    {
        Administered<DomainNode> found = await EntryFinder.DomainAsync(session, domain, cancellationToken);
        if (found.Value is not { } node)
            return new Refusal(found.Refusal!);
        Administered<List<LdapEntry>> users = await session.SearchAsync(node.UserBase, LdapScope.Subtree, LdapFilter.Is("objectClass", Names.UserClass), cancellationToken);
        return users.IsDone ? users.Value.Select(e => UserEntry.Of(e, Names)).OrderBy(u => u.Uid, StringComparer.OrdinalIgnoreCase).ToArray() : new Refusal(users.Refusal);
    }, cancellationToken);

    public Task<Administered<UserEntry>> ShowAsync(DirectoryLogin login, string user, CancellationToken cancellationToken) => WithAsync<UserEntry>(login, user,
        (session, entry) => Task.FromResult<Administered<UserEntry>>(UserEntry.Of(entry, Names)), cancellationToken);

    /// <summary>Gives the user as it then is.</summary>
    public Task<Administered<UserEntry>> ChangeAsync(DirectoryLogin login, string user, UserSettings to, CancellationToken cancellationToken) => WithAsync<UserEntry>(login, user, async (session, entry) =>
    {
        Administered<DomainNode> domain = await HomeAsync(session, entry, cancellationToken);
        if (domain.Value is not { } node)
            return new Refusal(domain.Refusal!);
        var changes = new UserChanges(entry, Names);
        if (await FaultAsync(session, node, changes, to, cancellationToken) is { } fault)
            return new Refusal(fault);
        if (changes.Changes.Count > 0 && await session.ModifyAsync(entry.Dn, changes.Changes, cancellationToken) is { } refusal)
            return new Refusal(refusal);
        return UserEntry.Of(changes.After, Names);
    }, cancellationToken);

    /// <summary>Sets mailUserStatus; gives the entry's name.</summary>
    public Task<Administered<string>> SetStatusAsync(DirectoryLogin login, string user, MailStatus status, CancellationToken cancellationToken) => WithAsync<string>(login, user, async (session, entry) =>
    {
        var change = new LdapChange(LdapChangeKind.Replace, new LdapAttribute(Names.MailUserStatus, status.ToString().ToLowerInvariant()));
        return await session.ModifyAsync(entry.Dn, [change], cancellationToken) is { } refusal ? new Refusal(refusal) : entry.Dn.Text;
    }, cancellationToken);

    /// <summary>Gives the entry's name.</summary>
    public Task<Administered<string>> SetPasswordAsync(DirectoryLogin login, string user, string password, CancellationToken cancellationToken) => WithAsync<string>(login, user, async (session, entry) =>
        (PasswordFault(password) ?? await session.SetPasswordAsync(entry.Dn, password, cancellationToken)) is { } refusal ? new Refusal(refusal) : entry.Dn.Text, cancellationToken);

    /// <summary>
    /// Removes the entry, and first its memberships in the domain's groups, so that none names nobody. Gives the number of groups it was in. Mail in the store is not touched.
    /// </summary>
    public Task<Administered<int>> RemoveAsync(DirectoryLogin login, string user, CancellationToken cancellationToken) => WithAsync<int>(login, user, async (session, entry) =>
    {
        Administered<DomainNode> domain = await HomeAsync(session, entry, cancellationToken);
        if (domain.Value is not { } node)
            return new Refusal(domain.Refusal!);
        Administered<List<LdapEntry>> groups = await session.SearchAsync(node.Dn, LdapScope.Subtree, LdapFilter.Is(Names.Member, entry.Dn.Text), cancellationToken);
        if (!groups.IsDone)
            return new Refusal(groups.Refusal);
        var members = new GroupMembers(Names);
        if (groups.Value.FirstOrDefault(g => !members.MayLose(g, entry.Dn)) is { } last)
            return new Refusal($"{entry.Dn} is the only member of {last.Dn}: add another first (`dirmail group add-member`)");
        foreach (LdapEntry group in groups.Value)
            if (await session.ModifyAsync(group.Dn, members.Without(group, entry.Dn), cancellationToken) is { } kept)
                return new Refusal(kept);
        return await session.DeleteAsync(entry.Dn, cancellationToken) is { } refusal ? new Refusal(refusal) : groups.Value.Count;
    }, cancellationToken);

    private LdapEntry Blank(DomainNode domain, MailAddress address, string name) => new(domain.UserBase.Child("ou", "People").Child(Names.Uid, address.LocalKey),
    [
        new LdapAttribute("objectClass", "inetOrgPerson", "inetUser", Names.UserClass, "inetLocalMailRecipient"),
        new LdapAttribute(Names.Uid, address.LocalKey),
        new LdapAttribute("cn", name),
        new LdapAttribute("sn", name[(name.LastIndexOf(' ') + 1)..]),
        new LdapAttribute(Names.MailUserStatus, "active"),
        new LdapAttribute(Names.DeliveryOption, "mailbox"),
    ]);

    /// <summary>Of domains that may have so many users only.</summary>
    private async Task<string?> NumberFaultAsync(DirectorySession session, DomainNode domain, CancellationToken cancellationToken)
    {
        if (await session.ReadAsync(domain.Dn, cancellationToken, Names.MaxUsers) is not { } node || !long.TryParse(node.First(Names.MaxUsers), out long most) || most < 0)
            return null;
        Administered<List<LdapEntry>> users = await session.SearchAsync(domain.UserBase, LdapScope.Subtree, LdapFilter.Is("objectClass", Names.UserClass), cancellationToken, "1.1");
        return !users.IsDone ? users.Refusal : users.Value.Count >= most ? $"{domain.Name} has {users.Value.Count} users and may have {most} ({Names.MaxUsers})" : null;
    }

    /// <summary>Why the settings cannot be: what they say themselves, what DirMail would not take as meant, what another entry has.</summary>
    private async Task<string?> FaultAsync(DirectorySession session, DomainNode domain, UserChanges changes, UserSettings to, CancellationToken cancellationToken)
    {
        if (changes.Apply(to) is { } own)
            return own;
        if (EntryProblems.FirstOf(changes.After, settings, changes.Attributes) is { } problem)
            return problem;
        foreach (string text in changes.NewAddresses)
            if (!MailAddress.TryParse(text, out MailAddress address))
                return $"'{text}' is not a mail address";
            else if (await Claims.OfMailAsync(session, domain, address, changes.After.Dn, cancellationToken) is { } taken)
                return taken;
        foreach (System.Net.IPAddress address in changes.NewVirtualAddresses)
            if (await Claims.OfAddressAsync(session, address, domain.Dn, cancellationToken) is { } taken)
                return taken;
        return null;
    }

    /// <summary>What no login could ever use (RESPONSES: refused before the bind).</summary>
    private static string? PasswordFault(string password) =>
        password.Length == 0 ? "an empty password lets nobody in" : password.Any(char.IsControl) ? "a password holds no control characters" : null;

    private async Task<Administered<DomainNode>> HomeAsync(DirectorySession session, LdapEntry entry, CancellationToken cancellationToken)
    {
        for (Dn? node = entry.Dn.Parent; node is not null && node.IsWithin(session.Root) && !node.Equals(session.Root); node = node.Parent)
            if (await session.ReadAsync(node, cancellationToken) is { } above && above.HasClass(Names.DomainClass) && (above.First(Names.CanonicalName) ?? above.First(Names.DomainNames)) is { } name)
                return await EntryFinder.DomainAsync(session, name, cancellationToken);
        return entry.First(Names.Mail) is { } mail && MailAddress.TryParse(mail, out MailAddress address)
            ? await EntryFinder.DomainAsync(session, address.DomainKey, cancellationToken) : new Refusal($"{entry.Dn} lies in no domain");
    }

    private Task<Administered<T>> WithAsync<T>(DirectoryLogin login, string user, Func<DirectorySession, LdapEntry, Task<Administered<T>>> work, CancellationToken cancellationToken) => RunAsync<T>(login, async session =>
    {
        Administered<LdapEntry> found = await EntryFinder.UserAsync(session, user, cancellationToken);
        return found.Value is { } entry ? await work(session, entry) : new Refusal(found.Refusal!);
    }, cancellationToken);

    private Task<Administered<T>> RunAsync<T>(DirectoryLogin login, Func<DirectorySession, Task<Administered<T>>> work, CancellationToken cancellationToken) =>
        DirectorySession.RunAsync(settings, login, work, cancellationToken);
}

using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Ldap.Ldif;
using DirMail.Mail;

namespace DirMail.Routing;

/// <summary>Makes, switches and removes domains.</summary>
public sealed class DomainAdministration(DirectorySettings settings)
{
    /// <summary>Adds the node and what belongs to it, all or nothing: after a refusal half way what was added is removed again. Gives the number of entries.</summary>
    public Task<Administered<int>> AddAsync(DirectoryLogin login, NewDomain domain, CancellationToken cancellationToken) => DirectorySession.RunAsync<int>(settings, login, async session =>
    {
        Administered<DomainDraft> draft = await CheckedAsync(session, domain, cancellationToken);
        return draft.IsDone ? await AddAsync(session, draft.Value, cancellationToken) : new Refusal(draft.Refusal);
    }, cancellationToken);

    /// <summary>The same checks, and the LDIF that would be added.</summary>
    public Task<Administered<string>> PreviewAsync(DirectoryLogin login, NewDomain domain, CancellationToken cancellationToken) => DirectorySession.RunAsync<string>(settings, login, async session =>
    {
        Administered<DomainDraft> draft = await CheckedAsync(session, domain, cancellationToken);
        return draft.IsDone ? draft.Value.ToLdif() : new Refusal(draft.Refusal);
    }, cancellationToken);

    /// <summary>Sets mailDomainStatus of the domain's node. Gives the node's name.</summary>
    public Task<Administered<string>> SetStatusAsync(DirectoryLogin login, string domain, MailStatus status, CancellationToken cancellationToken) => DirectorySession.RunAsync<string>(settings, login, async session =>
    {
        Administered<DomainNode> found = await EntryFinder.DomainAsync(session, domain, cancellationToken);
        if (found.Value is not { } node)
            return new Refusal(found.Refusal!);
        string? refusal = await session.ModifyAsync(node.Dn, [Replace(settings.Attributes.MailDomainStatus, status.ToString().ToLowerInvariant())], cancellationToken);
        return refusal is null ? node.Dn.Text : new Refusal(refusal);
    }, cancellationToken);

    /// <summary>
    /// Removes the node and all below it; gives the number of entries. Its state is set to deleted first: who may not do that may not remove the domain, and is told so
    /// before anything is gone. Mail in the store is not touched.
    /// </summary>
    public Task<Administered<int>> RemoveAsync(DirectoryLogin login, string domain, CancellationToken cancellationToken) => DirectorySession.RunAsync<int>(settings, login, async session =>
    {
        Administered<DomainNode> found = await EntryFinder.DomainAsync(session, domain, cancellationToken);
        if (found.Value is not { } node)
            return new Refusal(found.Refusal!);
        if (await session.ModifyAsync(node.Dn, [Replace(settings.Attributes.InetDomainStatus, "deleted")], cancellationToken) is { } mayNot)
            return new Refusal(mayNot);
        Administered<List<LdapEntry>> all = await session.SearchAsync(node.Dn, LdapScope.Subtree, LdapFilter.Everything, cancellationToken, "1.1");
        if (!all.IsDone)
            return new Refusal(all.Refusal);
        int removed = 0;
        foreach (LdapEntry entry in all.Value.OrderByDescending(e => e.Dn.Depth))
        {
            if (await session.DeleteAsync(entry.Dn, cancellationToken) is { } refusal)
                return new Refusal($"{refusal}; {removed} of {all.Value.Count} entries are removed and the domain's state is deleted: run it again when that is mended");
            removed++;
        }
        return removed;
    }, cancellationToken);

    private static async Task<Administered<DomainDraft>> CheckedAsync(DirectorySession session, NewDomain domain, CancellationToken cancellationToken)
    {
        Administered<DomainDraft> draft = DomainDraft.Of(domain, session.Settings);
        if (draft.Value is { } made && await Claims.OfDomainAsync(session, made, cancellationToken) is { } taken)
            return new Refusal(taken);
        return draft;
    }

    private static async Task<Administered<int>> AddAsync(DirectorySession session, DomainDraft draft, CancellationToken cancellationToken)
    {
        var added = new Stack<Dn>();
        string? refusal = null;
        foreach (LdifRecord.Content record in draft.Records)
        {
            refusal = await session.AddAsync(record.Dn, record.Attributes, cancellationToken);
            if (refusal is not null)
                break;
            added.Push(record.Dn);
            if (draft.Passwords.TryGetValue(record.Dn, out string? password) && (refusal = await session.SetPasswordAsync(record.Dn, password, cancellationToken)) is not null)
                break;
        }
        return refusal is null ? added.Count : new Refusal($"{refusal}; {await UndoAsync(session, added)}");
    }

    /// <summary>Not given up when the person does: half a domain is worse than a moment's wait.</summary>
    private static async Task<string> UndoAsync(DirectorySession session, Stack<Dn> added)
    {
        int count = added.Count;
        while (added.TryPop(out Dn? dn))
            if (await session.DeleteAsync(dn, CancellationToken.None) is { } refusal)
                return $"and what had been added could not all be removed again: {refusal}; {added.Count + 1} entries remain, {dn} and those above it";
        return count == 0 ? "nothing was changed" : $"the {count} entries added before it were removed again, nothing is changed";
    }

    private static LdapChange Replace(string attribute, params string[] values) => new(LdapChangeKind.Replace, new LdapAttribute(attribute, values));
}

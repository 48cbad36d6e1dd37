using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Ldap.Ldif;
using DirMail.Mail;
using DirMail.Routing.Following;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Routing;

/// <summary>Every write to the directory that DirMail offers (console and command line use only this). Writes bind as the person who asks, so the directory's own access rules decide.</summary>
public sealed class Administration(DirectorySettings settings)
{
    private static readonly ILogger Logger = NullLogger.Instance;

    /// <summary>Sets mailDomainStatus of the domain's node.</summary>
    public Task<AdministrationResult> SetDomainStatusAsync(DirectoryLogin login, string domain, MailStatus status, CancellationToken cancellationToken)
    {
        if (!MailAddress.TryParse("x@" + domain, out MailAddress name) || name.IsLiteral)
            return Task.FromResult<AdministrationResult>(new AdministrationResult.Refused($"'{domain}' is not a domain name"));
        return WithAsync(login, async client =>
        {
            List<Dn> nodes = await FindDomainAsync(client, login, name.DomainKey, cancellationToken);
            if (nodes.Count == 0 && settings.BindPassword.Length > 0)
                nodes = await FindDomainAsServiceAsync(name.DomainKey, cancellationToken);
            if (nodes is not [Dn node])
                return new AdministrationResult.Refused(nodes.Count == 0 ? $"no domain {domain} in the directory" : $"{nodes.Count} nodes claim the domain {domain}");
            var change = new LdapChange(LdapChangeKind.Replace, new LdapAttribute(settings.Attributes.MailDomainStatus, status.ToString().ToLowerInvariant()));
            LdapResult result = await client.ModifyAsync(node, [change], cancellationToken);
            return result.IsSuccess ? new AdministrationResult.Done(1) : new AdministrationResult.Refused($"{node}: {result.Describe()}");
        }, cancellationToken);
    }

    /// <summary>
    /// Adds (or changes, by changetype) the records of an LDIF file. The whole file is read first: an unreadable one names file, line and reason and changes nothing.
    /// Stops at the first record the directory refuses, and says which.
    /// </summary>
    public async Task<AdministrationResult> LoadLdifAsync(DirectoryLogin login, string file, IProgress<int>? recordsDone, CancellationToken cancellationToken)
    {
        var records = new List<LdifRecord>();
        if (await ReadAsync(file, records, cancellationToken) is { } unreadable)
            return unreadable;
        return await WithAsync(login, client => ApplyAsync(client, file, records, recordsDone, cancellationToken), cancellationToken);
    }

    private static async Task<AdministrationResult.Refused?> ReadAsync(string file, List<LdifRecord> records, CancellationToken cancellationToken)
    {
        try
        {
            using var text = new StringReader(await File.ReadAllTextAsync(file, cancellationToken));
            foreach (LdifItem item in LdifReader.Read(text))
                if (item is LdifItem.Read { Record: var record })
                    records.Add(record);
                else
                    return new($"{file}, {item}; nothing was changed");
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new($"{file} cannot be read: {failure.Message}");
        }
    }

    private static async Task<AdministrationResult> ApplyAsync(LdapClient client, string file, List<LdifRecord> records, IProgress<int>? recordsDone, CancellationToken cancellationToken)
    {
        for (int done = 0; done < records.Count; done++)
        {
            LdapResult result = await ApplyAsync(client, records[done], cancellationToken);
            if (!result.IsSuccess)
                return new AdministrationResult.Refused($"{file}, line {records[done].Line}: {records[done].Dn} refused: {result.Describe()}; {done} records before it are in the directory");
            recordsDone?.Report(done + 1);
        }
        return new AdministrationResult.Done(records.Count);
    }

    private static Task<LdapResult> ApplyAsync(LdapClient client, LdifRecord record, CancellationToken cancellationToken) => record switch
    {
        LdifRecord.Content content => client.AddAsync(content.Dn, content.Attributes, cancellationToken),
        LdifRecord.Add add => client.AddAsync(add.Dn, add.Attributes, cancellationToken),
        LdifRecord.Modify modify => client.ModifyAsync(modify.Dn, modify.Changes, cancellationToken),
        LdifRecord.Delete delete => client.DeleteAsync(delete.Dn, cancellationToken),
        LdifRecord.ModifyDn move => client.ModifyDnAsync(move.Dn, move.NewRdn.Text, move.DeleteOldRdn, move.NewSuperior, cancellationToken),
        _ => throw new InvalidOperationException($"a record of no known kind: {record.GetType().Name}"),
    };

    /// <summary>A domain's administrator may not search from the root (access rule 8), so the nodes above the person's own entry are looked at first.</summary>
    private async Task<List<Dn>> FindDomainAsync(LdapClient client, DirectoryLogin login, string domainKey, CancellationToken cancellationToken)
    {
        Dn root = Dn.Parse(settings.BaseDn);
        for (Dn? node = Dn.TryParse(login.BindDn, out Dn? own) ? own!.Parent : null; node is not null && node.IsWithin(root); node = node.Parent)
            if (await FindAsync(client, NodeSearch(node, LdapScope.Base, domainKey), cancellationToken) is { Count: > 0 } above)
                return above;
        return await FindAsync(client, NodeSearch(root, LdapScope.Subtree, domainKey), cancellationToken);
    }

    private LdapSearch NodeSearch(Dn node, LdapScope scope, string domainKey)
    {
        AttributeNames names = settings.Attributes;
        var filter = new LdapFilter.And([LdapFilter.Is("objectClass", names.DomainClass),
            new LdapFilter.Or([LdapFilter.Is(names.DomainNames, domainKey), LdapFilter.Is(names.CanonicalName, domainKey)])]);
        return new(node, scope, filter) { Attributes = ["1.1"] };
    }

    private static async Task<List<Dn>> FindAsync(LdapClient client, LdapSearch search, CancellationToken cancellationToken)
    {
        var found = new List<Dn>();
        await foreach (LdapSearchItem item in client.SearchAsync(search, cancellationToken))
            if (item is LdapSearchItem.Found { Entry: var entry })
                found.Add(entry.Dn);
        return found;
    }

    /// <summary>A domain's administrator may write the own node but not search from the root: the service account finds its name, the person still does the writing.</summary>
    private async Task<List<Dn>> FindDomainAsServiceAsync(string domainKey, CancellationToken cancellationToken)
    {
        await using LdapClient client = await DirectoryConnection.OpenBoundAsync(settings, Logger, cancellationToken);
        return await FindAsync(client, NodeSearch(Dn.Parse(settings.BaseDn), LdapScope.Subtree, domainKey), cancellationToken);
    }

    private async Task<AdministrationResult> WithAsync(DirectoryLogin login, Func<LdapClient, Task<AdministrationResult>> work, CancellationToken cancellationToken)
    {
        try
        {
            await using LdapClient client = await DirectoryConnection.OpenAsync(settings, Logger, cancellationToken);
            LdapResult bind = await client.BindAsync(login.BindDn, login.Password, cancellationToken);
            return bind.IsSuccess ? await work(client) : new AdministrationResult.Refused($"{settings.Url} refused the login as {login.BindDn}: {bind.Describe()}");
        }
        catch (LdapException failure)
        {
            return new AdministrationResult.Refused($"{settings.Url}: {failure.Message}");
        }
    }
}

public sealed record DirectoryLogin(string BindDn, string Password)
{
    public override string ToString() => BindDn;
}

public abstract record AdministrationResult
{
    private AdministrationResult() { }
    public sealed record Done(int Records) : AdministrationResult;
    public sealed record Refused(string Reason) : AdministrationResult;
}

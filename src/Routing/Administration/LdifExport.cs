using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Ldap.Ldif;

namespace DirMail.Routing;

/// <summary>
/// LDIF (RFC 2849) of what the directory holds, in an order that loads again: an entry that comes before its parent waits until that is written. Directories mostly send
/// parents first, so little is ever held.
/// </summary>
/// <param name="Output">Stays the caller's, and is flushed.</param>
public sealed record LdifExport(TextWriter Output)
{
    private const int ReportEvery = 256;
    private const int Page = 500;

    /// <summary>Only this domain; null: all.</summary>
    public string? Domain { get; init; }

    /// <summary>With entryUUID, times and the like, which a directory takes back only by its own tools.</summary>
    public bool WithOperational { get; init; }

    public IProgress<LdifProgress>? Progress { get; init; }

    internal async Task<Administered<long>> RunAsync(DirectorySession session, CancellationToken cancellationToken)
    {
        Dn below = session.Root;
        if (Domain is not null)
        {
            Administered<DomainNode> node = await EntryFinder.DomainAsync(session, Domain, cancellationToken);
            if (node.Value is null)
                return new Refusal(node.Refusal!);
            below = node.Value.Dn;
        }
        var search = new LdapSearch(below, LdapScope.Subtree, LdapFilter.Everything) { Attributes = WithOperational ? ["*", "+"] : ["*"], PageSize = Page };
        var ordered = new ParentsFirst(below, new LdifWriter(Output));
        await Output.WriteAsync("version: 1\n\n".AsMemory(), cancellationToken);
        await foreach (LdapSearchItem item in session.Client.SearchAsync(search, cancellationToken))
            if (item is LdapSearchItem.Found { Entry: var entry })
                Take(ordered, entry);
            else if (item is LdapSearchItem.Done { Result: { IsSuccess: false } result })
                return new Refusal($"{result.Refused("to search below", below)}; {ordered.Written} entries were written");
        ordered.End();
        await Output.FlushAsync(cancellationToken);
        return ordered.Written;
    }

    private void Take(ParentsFirst ordered, LdapEntry entry)
    {
        ordered.Take(entry);
        if (ordered.Written % ReportEvery == 0)
            Progress?.Report(new(LdifPhase.Exporting, ordered.Written, 0, null));
    }
}

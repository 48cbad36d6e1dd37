using System.Collections.Immutable;
using System.Net;
using DirMail.Mail;

namespace DirMail.Routing;

/// <summary>
/// An immutable, numbered snapshot of what the directory says. All decisions are pure functions over one snapshot, so readers never lock; a change makes
/// a new snapshot that shares nearly everything with the old one.
/// </summary>
public sealed class RoutingTable
{
    /// <summary>Counts up with each snapshot; 0 is the empty table before the first load.</summary>
    public long Number => throw new NotImplementedException();

    /// <summary>False until a directory (or a snapshot on disk) was loaded once: recipients get 451 4.3.0.</summary>
    public bool IsLoaded => throw new NotImplementedException();

    public DateTimeOffset AsOf => throw new NotImplementedException();

    /// <summary>All hosted domains, by name.</summary>
    public IReadOnlyList<VirtualDomain> Domains => throw new NotImplementedException();

    public int UserCount => throw new NotImplementedException();

    /// <summary>What the directory says that is not, or not fully, in force: `dirmail directory problems`.</summary>
    public IReadOnlyList<DirectoryProblem> Problems => throw new NotImplementedException();

    /// <summary>By any of its names, given as a domain key.</summary>
    public VirtualDomain? FindDomain(string domainKey) => throw new NotImplementedException();

    public VirtualDomain? FindDomain(EntryId id) => throw new NotImplementedException();

    /// <summary>Whose virtual address that is (a user's counts as the user's domain); null: the host's own.</summary>
    public VirtualDomain? DomainAt(IPAddress localAddress) => throw new NotImplementedException();

    /// <summary>Every virtual address of domains and users: what the listeners follow.</summary>
    public IReadOnlyCollection<IPAddress> VirtualAddresses => throw new NotImplementedException();

    public MailUser? FindUser(EntryId id) => throw new NotImplementedException();

    /// <summary>By uid in a domain, both without case.</summary>
    public MailUser? FindUser(VirtualDomain domain, string uid) => throw new NotImplementedException();

    public IEnumerable<MailUser> UsersOf(VirtualDomain domain) => throw new NotImplementedException();

    /// <summary>
    /// Decides one recipient (RESPONSES, Recipients): domain known, its state, local part known, the entry's state. The reply is what an outside sender hears.
    /// Under 1 microsecond; allocates only the result.
    /// </summary>
    public Resolution Resolve(MailAddress recipient) => throw new NotImplementedException();

    /// <summary>As <see cref="Resolve"/>, with the reasons recorded by the same code.</summary>
    public Resolution Explain(MailAddress recipient) => throw new NotImplementedException();

    /// <summary>Groups, forwards, aliases, catch-all of an accepted recipient into hops: loops cut, duplicates removed (by final address), at most 100 levels.</summary>
    public ImmutableArray<Hop> Expand(MailAddress given, Resolution.Accepted accepted) => throw new NotImplementedException();

    /// <summary>Who the user's own mail leaves as: the user's address, else the domain's, else (host domain or no address) the host.</summary>
    public SenderIdentity IdentityOf(MailUser user) => throw new NotImplementedException();

    /// <summary>Who a domain's mail leaves as.</summary>
    public SenderIdentity IdentityOf(VirtualDomain domain) => throw new NotImplementedException();

    /// <summary>The host itself, unbound.</summary>
    public SenderIdentity HostIdentity => throw new NotImplementedException();

    /// <summary>The addresses of the identity's owner as the directory has them now, for the rule "chosen again only when the owner no longer lists it".</summary>
    public SenderIdentity? CurrentIdentity(EntryId owner) => throw new NotImplementedException();

    /// <summary>Whether the user may send as that address: an own address at any name of the domain.</summary>
    public bool MaySendAs(MailUser user, MailAddress sender) => throw new NotImplementedException();
}

/// <summary>One line of `dirmail directory problems`.</summary>
public sealed record DirectoryProblem(string Dn, string Attribute, string Text);

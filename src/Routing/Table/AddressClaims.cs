using System.Collections.Immutable;
using System.Net;
using DirMail.Mail;

namespace DirMail.Routing.Table;

/// <summary>
/// Who holds a virtual address. The domain that had it first keeps it (a reload is worked in over the table before, so the order lasts); a newcomer's claim waits,
/// is a problem, and takes effect when the holder lets go. Users of one domain may share an address, and theirs counts as the domain's.
/// </summary>
internal sealed class AddressClaims(Draft draft)
{
    /// <summary>Entries whose addresses may have come or gone by a change of the holder; the caller works them off.</summary>
    public HashSet<EntryId> Stale { get; } = [];

    /// <summary>While nothing was ever loaded there is no "first": a domain's own claim then goes before any user's, so that no tenant's user takes a neighbour's address.</summary>
    public bool DomainsFirst { get; init; }

    public void Claim(ImmutableArray<IPAddress> addresses, AddressClaim claim, bool isDomain)
    {
        foreach (IPAddress ip in addresses)
        {
            ImmutableArray<AddressClaim> before = draft.VirtualAddresses.GetValueOrDefault(ip, []);
            if (before.Contains(claim))
                continue;
            ImmutableArray<AddressClaim> others = before.RemoveAll(c => c.Entry == claim.Entry);
            int at = isDomain && DomainsFirst ? others.TakeWhile(c => c.Entry == c.Domain).Count() : others.Length;
            Set(ip, before, others.Insert(at, claim));
        }
    }

    public void Release(ImmutableArray<IPAddress> addresses, EntryId entry)
    {
        foreach (IPAddress ip in addresses)
            if (draft.VirtualAddresses.TryGetValue(ip, out ImmutableArray<AddressClaim> before))
                Set(ip, before, before.RemoveAll(c => c.Entry == entry));
    }

    /// <summary>Those of the addresses that the domain holds.</summary>
    public ImmutableArray<IPAddress> Held(ImmutableArray<IPAddress> addresses, EntryId domain) =>
        addresses.RemoveAll(ip => !draft.VirtualAddresses.TryGetValue(ip, out ImmutableArray<AddressClaim> claims) || claims[0].Domain != domain);

    private void Set(IPAddress ip, ImmutableArray<AddressClaim> before, ImmutableArray<AddressClaim> after)
    {
        if (after.IsEmpty)
            draft.VirtualAddresses.Remove(ip);
        else
            draft.VirtualAddresses[ip] = after;
        if (!before.IsEmpty && !after.IsEmpty && before[0].Domain != after[0].Domain)
            Stale.UnionWith(before.Concat(after).Select(c => c.Entry));
        if (after.IsEmpty && before.All(c => c.Domain == before[0].Domain))
            return;
        AddressClaim? holder = after.FirstOrDefault();
        draft.SetConflict($"virtual address {ip}", [.. after.Where(c => c.Domain != holder!.Domain).Select(c => new DirectoryProblem(c.Dn, c.Attribute, $"{ip} belongs to {holder!.Dn}, which had it first: not used"))]);
    }
}

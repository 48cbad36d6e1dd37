using DirMail.Mail;
using DirMail.Routing;
using DirMail.Store;
using DirMail.Transfer;
using Microsoft.AspNetCore.Http;

namespace DirMail.Admin;

/// <summary>`dirmail account`: mailboxes whose entries are gone.</summary>
internal static class AccountRequests
{
    private const int MostListed = 10_000;

    public static async Task<IResult> OrphansAsync(ControlFacts facts, CancellationToken cancellationToken)
    {
        RoutingTable table = facts.Live.Current;
        if (!table.IsLoaded)
            return Conflict("the directory was never loaded: nobody can tell which accounts are orphaned");
        ILookup<EntryId, EntryId> heirs = table.NotAdopted.ToLookup(n => n.Value, n => n.Key);
        IReadOnlyList<StoredAccount> orphans = await facts.Adoption.OrphansAsync(MostListed, cancellationToken);
        return Results.Ok(orphans.Select(a => new AccountReport(a.Name, a.Entry.ToString(), a.Messages, a.Octets, a.IsSetAside, heirs[a.Entry].Select(id => table.FindUser(id)?.Dn ?? table.FindGroup(id)?.Dn).FirstOrDefault())
        {
            GoneSince = a.GoneSince,
            KeptUntil = facts.Grace > TimeSpan.Zero ? a.GoneSince + facts.Grace : null,
        }));
    }

    public static async Task<IResult> AdoptAsync(ControlFacts facts, string address, bool fresh, CancellationToken cancellationToken)
    {
        EntryId[] owners = [.. Owners(facts.Live.Current, address)];
        if (owners.Length == 0)
            return Results.NotFound(new ErrorReport($"'{address}' is no user or group here (uid@domain, or an address)"));
        // a user and a group may have one name: who waits is meant
        EntryId owner = owners.Where(facts.Live.Current.NotAdopted.ContainsKey).Append(owners[0]).First();
        return await facts.Adoption.AdoptAsync(owner, fresh, cancellationToken) switch
        {
            AdoptionResult.Done => Results.Ok(new AdoptReport(facts.Live.Current.NameOf(owner) ?? address, fresh)),
            AdoptionResult.HasMailOfItsOwn => Conflict($"{address} already has mail or folders of its own: move them away first, or set the old mailbox aside with --fresh"),
            _ => Conflict($"{address} waits for no mailbox; `dirmail account list --orphaned` shows those whose entries are gone"),
        };
    }

    /// <summary>One account whose entry is gone, by its name or its entry's id.</summary>
    public static async Task<IResult> PurgeAsync(ControlFacts facts, string account, CancellationToken cancellationToken)
    {
        if (!facts.Live.Current.IsLoaded)
            return Conflict("the directory was never loaded: nobody can tell which accounts are orphaned");
        IReadOnlyList<StoredAccount> orphans = await facts.Adoption.OrphansAsync(MostListed, cancellationToken);
        StoredAccount[] meant = [.. orphans.Where(a => account.Equals(a.Name, StringComparison.OrdinalIgnoreCase) || account.Equals(a.Entry.ToString(), StringComparison.OrdinalIgnoreCase))];
        return meant switch
        {
            [] => Results.NotFound(new ErrorReport($"'{account}' is no account whose user is gone; `dirmail account list --orphaned` shows those")),
            [var one] when await facts.Gone.PurgeAsync(one, cancellationToken) => Results.Ok(new PurgeReport(one.Name ?? one.Entry.ToString(), one.Messages, one.Octets)),
            [_] => Conflict($"the user of {account} is back"),
            _ => Conflict($"{account} is the name of several: name one of {string.Join(", ", meant.Select(a => a.Entry))}"),
        };
    }

    internal static MailUser? Find(RoutingTable table, string text)
    {
        int at = text.LastIndexOf('@');
        if (at < 1 || !MailAddress.TryDomainKey(text[(at + 1)..], out string key) || table.FindDomain(key) is not { } domain)
            return null;
        return table.FindUser(domain, text[..at]) ?? (MailAddress.TryParse(text, out MailAddress address) ? table.FindUser(domain, address) : null);
    }

    /// <summary>Whose account it is: a user's, by uid or address, or a group's, by address.</summary>
    internal static EntryId? FindOwner(RoutingTable table, string text) => Owners(table, text).Select(static owner => (EntryId?)owner).FirstOrDefault();

    private static IEnumerable<EntryId> Owners(RoutingTable table, string text)
    {
        if (Find(table, text) is { } user)
            yield return user.Id;
        if (MailAddress.TryParse(text, out MailAddress address) && table.FindDomain(address.DomainKey) is { } domain && table.FindGroup(domain, address) is { } group)
            yield return group.Id;
    }

    private static IResult Conflict(string error) => Results.Conflict(new ErrorReport(error));
}

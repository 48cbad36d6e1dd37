using DirMail.Mail;
using DirMail.Routing;
using DirMail.Store;

namespace DirMail.Admin;

/// <summary>Export and import as an operator asks for them, by a running server and without one.</summary>
public static class MailExchange
{
    /// <param name="table">Says what those are called that access lists name; null: nobody does.</param>
    /// <exception cref="IOException">Nothing is called so, or the folder cannot be written.</exception>
    public static async Task<ExchangeReport> ExportAsync(MessageStore store, RoutingTable? table, ExchangeQuery query, IProgress<StoreProgress>? progress, CancellationToken cancellationToken)
    {
        IReadOnlyList<StoredAccount> accounts = await store.Accounts.NamedAsync(query.Account, query.Domain, cancellationToken);
        if (accounts.Count == 0)
            throw new IOException(query switch
            {
                { Account: { } account } => $"the store has no account {account}",
                { Domain: { } domain } => $"the store has no account in {domain}",
                _ => "the store has no account",
            });
        return await new MailExport(store, query.Path, query.Format) { Progress = progress, NameOf = entry => table is null ? null : NameIn(table, entry) }.RunAsync(accounts, cancellationToken);
    }

    /// <summary>Into one account, or into those that the folders of an export name.</summary>
    /// <param name="findAsync">Whose name that is; null: nobody's.</param>
    /// <exception cref="IOException">Nobody is called so, or what was named cannot be read; what was counted is in.</exception>
    public static async Task<ExchangeReport> ImportAsync(MailImport import, ExchangeQuery query, Func<string, Task<ImportTarget?>> findAsync, CancellationToken cancellationToken)
    {
        var found = new List<(string Path, ImportTarget Target)>();
        foreach ((string path, string account) in Sources(query))
            found.Add((path, await findAsync(account) ?? throw new IOException($"there is no user or group {account}: nothing was imported")));
        ExchangeReport report = new(0, 0, 0, 0, []);
        foreach ((string path, ImportTarget target) in found)
            report = await import.RunAsync(path, query.Format, target, cancellationToken) with { Accounts = found.Count };
        return report;
    }

    private static string? NameIn(RoutingTable table, EntryId entry) =>
        (table.FindDomain(entry) ?? (table.HomeOf(entry) is { } home ? table.FindDomain(home) : null)) is { } domain ? Identifiers.Of(table, domain, entry) : null;

    private static List<(string Path, string Account)> Sources(ExchangeQuery query)
    {
        if (query.Account is { } account)
            return [(query.Path, account)];
        if (MailImport.AccountOf(query.Path) is { } named && Directory.Exists(query.Path))
            return [(query.Path, named)];
        List<(string, string)> sources = [];
        string[] folders = Directory.Exists(query.Path) ? Directory.GetDirectories(query.Path) : [];
        foreach (string folder in folders.Order(StringComparer.Ordinal))
            if (MailImport.AccountOf(folder) is { } name)
                sources.Add((folder, name));
        return sources.Count > 0 ? sources : throw new IOException($"{query.Path} holds no folder called user@domain: say with --account whose mail it is");
    }
}

using System.CommandLine;
using System.Globalization;
using DirMail.Admin;
using DirMail.Store;
using Spectre.Console;

namespace DirMail.Verbs;

/// <summary>`dirmail store check|stats`; copies and other programs' mail have files of their own.</summary>
internal static class StoreVerbs
{
    private static readonly Option<bool> Repair = new("--repair") { Description = "Mend what can be mended, and say what was done; no server may run on the data folder" };

    private static readonly Option<string?> Domain = new("--domain") { Description = "Only this domain of all, by its own name", HelpName = "DOMAIN" };

    public static Command Create()
    {
        var check = new Command("check", "Verify every message, count and reference of the store; also while a server uses it") { Repair, CommonOptions.Json };
        check.SetAction(CheckAsync);
        var stats = new Command("stats", "Show how much mail there is and how much of the disk it takes, by domain and in all") { Domain, CommonOptions.Json };
        stats.SetAction(StatsAsync);
        return new Command("store", "Look after the message store: check, mend, copy, bring back, exchange with other programs")
        {
            check, stats, StoreCopyVerbs.Backup(), StoreCopyVerbs.Restore(), StoreExchangeVerbs.Export(), StoreExchangeVerbs.Import(),
        };
    }

    private static async Task<int> CheckAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var outcome = new CheckOutcome([], []);
        StoreAccess access = StoreAccess.Of(arguments);
        int? failed = arguments.GetValue(Repair)
            ? await access.RunAsync(null, async (store, bar) => new CheckOutcome(await store.RepairAsync(bar, cancellationToken), await store.CheckAsync(bar, cancellationToken)), o => outcome = o, cancellationToken)
            : await access.RunAsync(async (server, bar) => new CheckOutcome([], await server.CheckStoreAsync(bar, cancellationToken)),
                async (store, bar) => new CheckOutcome([], await store.CheckAsync(bar, cancellationToken)), o => outcome = o, cancellationToken);
        if (failed is { } exit)
            return exit;
        if (arguments.GetValue(CommonOptions.Json))
            Show.Json(outcome);
        else
            Print(outcome, arguments.GetValue(Repair));
        return outcome.Problems.Count == 0 ? ExitCode.Ok : ExitCode.Failed;
    }

    private static void Print(CheckOutcome outcome, bool isRepair)
    {
        // one line each, however long: they name files
        foreach (string repaired in outcome.Repaired)
            Console.Out.WriteLine(repaired);
        foreach (string problem in outcome.Problems)
            Console.Out.WriteLine(problem);
        Show.Line(outcome switch
        {
            { Problems.Count: > 0 } => Text($"{outcome.Problems.Count} problems{(isRepair ? " are left: bring them back from a backup, or export what can be read" : "; `dirmail store check --repair` mends what can be mended")}"),
            { Repaired.Count: > 0 } => Text($"{outcome.Repaired.Count} things mended; the store is sound"),
            _ => "the store is sound",
        });
    }

    private static async Task<int> StatsAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        StoreStatisticsReport? report = null;
        int? failed = await StoreAccess.Of(arguments).RunAsync((server, bar) => server.StoreStatisticsAsync(bar, cancellationToken),
            (store, _) => StoreStatisticsReport.OfAsync(store, cancellationToken), r => report = r, cancellationToken);
        if (failed is { } exit)
            return exit;
        if (arguments.GetValue(Domain) is { } name)
        {
            report = report! with { Domains = [.. report.Domains.Where(domain => string.Equals(domain.Domain, name, StringComparison.OrdinalIgnoreCase))] };
            if (report.Domains.Count == 0)
            {
                Show.Error($"no mail of a domain {name} is kept here: `dirmail store stats` lists those that have some");
                return ExitCode.Failed;
            }
        }
        if (arguments.GetValue(CommonOptions.Json))
        {
            Show.Json(report);
            return ExitCode.Ok;
        }
        Show.Write(TableOf(report!));
        Show.Line(TextOf(report!.SearchIndex));
        return ExitCode.Ok;
    }

    internal static string TextOf(SearchIndexStatistics index)
    {
        string behind = index.Lag == 0 ? "nothing is left to be indexed" : Text($"{index.Lag} are still to be looked at");
        if (index.LagsSince is { } since)
            behind += Text($", the first came {since:yyyy-MM-dd HH:mm:ss} UTC");
        return Text($"search index: {index.Messages} messages, {Show.Octets(index.Octets)}; {behind}");
    }

    internal static Table TableOf(StoreStatisticsReport report)
    {
        Table table = Show.Table("domain", "accounts", "entries", "as its users see it", "messages", "on disk, each once", "saved");
        foreach (DomainStatistics domain in report.Domains)
            Show.Row(table, domain.Domain ?? "not known", Number(domain.Accounts), Number(domain.Entries), Show.Octets(domain.LogicalOctets), Number(domain.Contents), Show.Octets(domain.StoredOctets), Saved(domain.LogicalOctets, domain.StoredOctets));
        StoreReport all = report.All;
        Show.Row(table, "all, with the queue", Number(all.Accounts), Number(all.Entries), Show.Octets(all.LogicalOctets), Number(all.Contents), Show.Octets(all.StoredOctets), Saved(all.LogicalOctets, all.StoredOctets));
        return table;
    }

    private static string Saved(long logical, long stored) => logical <= stored ? "" : (1 - ((double)stored / logical)).ToString("P0", CultureInfo.InvariantCulture);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <param name="Repaired">What was done.</param>
    /// <param name="Problems">What is wrong now.</param>
    private sealed record CheckOutcome(IReadOnlyList<string> Repaired, IReadOnlyList<string> Problems);
}

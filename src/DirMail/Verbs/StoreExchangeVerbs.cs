using System.CommandLine;
using System.Globalization;
using DirMail.Admin;
using DirMail.Store;

namespace DirMail.Verbs;

/// <summary>`dirmail store export|import`: mail from and for other programs.</summary>
internal static class StoreExchangeVerbs
{
    private static readonly Argument<string> Into = new("FOLDER") { Description = "Where to write: a folder for each account is made in it" };
    private static readonly Argument<string> From = new("SOURCE") { Description = "An mbox file, a folder of them, a Maildir, or what `store export` wrote" };
    private static readonly Option<MailFormat> Format = new("--format") { Description = "mbox or maildir (default: mbox; of what is imported: as it looks)", HelpName = "FORMAT" };
    private static readonly Option<string?> Account = new("--account") { Description = "Whose mail: uid@domain, or with a running server any address of the user", HelpName = "USER@DOMAIN" };
    private static readonly Option<string?> Domain = new("--domain") { Description = "All accounts of this domain", HelpName = "DOMAIN" };
    private static readonly Option<string?> Folder = new("--folder") { Description = "The mailbox for an mbox file, or for a Maildir's own messages (default: INBOX)", HelpName = "MAILBOX" };

    public static Command Export()
    {
        var export = new Command("export", "Write mailboxes as mbox files or Maildirs, also while a server uses the store") { Into, Format, Account, Domain, CommonOptions.Json };
        export.SetAction(ExportAsync);
        return export;
    }

    public static Command Import()
    {
        var import = new Command("import", "Take mbox files or Maildirs into mailboxes, also while a server uses the store") { From, Format, Account, Folder, CommonOptions.Json };
        import.SetAction(ImportAsync);
        return import;
    }

    private static async Task<int> ExportAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        ExchangeQuery query = new(Path.GetFullPath(arguments.GetValue(Into)!), arguments.GetValue(Format), arguments.GetValue(Account), arguments.GetValue(Domain), null);
        return await RunAsync(arguments, (server, bar) => server.ExportAsync(query, bar, cancellationToken), (store, bar) => MailExchange.ExportAsync(store, null, query, bar, cancellationToken), $"written to {query.Path}", cancellationToken);
    }

    private static async Task<int> ImportAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        string source = Path.GetFullPath(arguments.GetValue(From)!);
        MailFormat format = arguments.GetResult(Format) is { Implicit: false } ? arguments.GetValue(Format) : Looks(source);
        ExchangeQuery query = new(source, format, arguments.GetValue(Account), null, arguments.GetValue(Folder));
        return await RunAsync(arguments, (server, bar) => server.ImportAsync(query, bar, cancellationToken), (store, bar) => ImportAsync(store, query, bar, cancellationToken), "imported", cancellationToken);
    }

    /// <summary>Without a server only the store says who is called so.</summary>
    private static Task<ExchangeReport> ImportAsync(MessageStore store, ExchangeQuery query, IProgress<StoreProgress>? bar, CancellationToken cancellationToken) =>
        MailExchange.ImportAsync(new(store, TimeProvider.System) { Progress = bar, Folder = query.Folder ?? "INBOX" }, query, async name =>
            await store.Accounts.NamedAsync(name, null, cancellationToken) is [var account]
                ? new(account.Entry, new Quota(null, null) { Shared = account.Domain is { } domain ? new(domain, null, null) : null })
                : throw new IOException($"the store has no account {name}: start the server, which asks the directory"), cancellationToken);

    private static MailFormat Looks(string source)
    {
        IEnumerable<string> folders = Directory.Exists(source) ? Directory.EnumerateDirectories(source).Prepend(source) : [];
        return folders.Any(folder => Directory.Exists(Path.Combine(folder, "cur"))) ? MailFormat.Maildir : MailFormat.Mbox;
    }

    private static async Task<int> RunAsync(ParseResult arguments, Func<ControlClient, IProgress<StoreProgress>?, Task<ExchangeReport>> byServerAsync, Func<MessageStore, IProgress<StoreProgress>?, Task<ExchangeReport>> hereAsync, string what, CancellationToken cancellationToken)
    {
        ExchangeReport? report = null;
        if (await StoreAccess.Of(arguments).RunAsync(byServerAsync, hereAsync, r => report = r, cancellationToken) is { } failed)
            return failed;
        foreach (string problem in report!.Problems)
            Show.Error(problem);
        if (arguments.GetValue(CommonOptions.Json))
            Show.Json(report);
        else
            Show.Line(string.Create(CultureInfo.InvariantCulture, $"{report.Messages} messages ({Show.Octets(report.Octets)}) of {report.Mailboxes} mailboxes of {report.Accounts} accounts {what}"));
        return report.Problems.Count == 0 ? ExitCode.Ok : ExitCode.Failed;
    }
}

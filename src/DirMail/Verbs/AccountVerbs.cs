using System.CommandLine;
using System.Globalization;
using DirMail.Admin;
using Spectre.Console;

namespace DirMail.Verbs;

/// <summary>`dirmail account list|adopt`: mailboxes of users whose entries are gone, and to whom they go.</summary>
internal static class AccountVerbs
{
    private static readonly Argument<string> User = new("USER@DOMAIN") { Description = "uid@domain, or an address, of the user or group that takes the old mailbox over" };
    private static readonly Argument<string> Account = new("ACCOUNT") { Description = "uid@domain as `account list` shows it, or the id of its entry" };
    private static readonly Option<bool> Fresh = new("--fresh") { Description = "Keep the old mailbox aside and begin an empty one" };
    private static readonly Option<bool> Orphaned = new("--orphaned") { Description = "Those whose entries are not in the directory (the only list there is)" };

    public static Command Create()
    {
        var list = new Command("list", "List mailboxes whose users are not in the directory any more") { Orphaned, CommonOptions.Json };
        list.SetAction(ListAsync);
        var adopt = new Command("adopt", "Give a mailbox to the entry that took its owner's place; mail that waited for it is delivered") { User, Fresh, CommonOptions.Json };
        adopt.SetAction(AdoptAsync);
        var purge = new Command("purge", "Remove the mailbox of a user who is not in the directory any more, for good") { Account, Confirm.Yes, CommonOptions.Json };
        purge.SetAction(PurgeAsync);
        return new Command("account", "Settle whose mailbox it is when an entry was replaced or is gone") { list, adopt, purge };
    }

    private static async Task<int> ListAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using ControlClient control = CommonOptions.Control(arguments);
        IReadOnlyList<AccountReport> accounts = await control.OrphansAsync(cancellationToken);
        if (arguments.GetValue(CommonOptions.Json))
        {
            Show.Json(accounts);
            return ExitCode.Ok;
        }
        Table table = Show.Table("account", "entry", "messages", "octets", "state");
        foreach (AccountReport account in accounts)
            Show.Row(table, account.Name ?? "not known", account.Entry, Number(account.Messages), Number(account.Octets), State(account));
        if (accounts.Count == 0)
            Show.Line("every mailbox has its user in the directory");
        else
            Show.Write(table);
        return ExitCode.Ok;
    }

    private static async Task<int> AdoptAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using ControlClient control = CommonOptions.Control(arguments);
        AdoptReport report = await control.AdoptAsync(arguments.GetValue(User)!, arguments.GetValue(Fresh), cancellationToken);
        if (arguments.GetValue(CommonOptions.Json))
            Show.Json(report);
        else
            Show.Line(report.IsFresh ? $"{report.Account} begins an empty mailbox; the old one is kept aside" : $"{report.Account} has the old mailbox; mail that waited is delivered now");
        return ExitCode.Ok;
    }

    private static async Task<int> PurgeAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        string account = arguments.GetValue(Account)!;
        if (!Confirm.Asked(arguments, $"All mail of {account} will be removed from the store."))
            return ExitCode.Usage;
        using ControlClient control = CommonOptions.Control(arguments);
        PurgeReport report = await control.PurgeAsync(account, cancellationToken);
        if (arguments.GetValue(CommonOptions.Json))
            Show.Json(report);
        else
            Show.Line($"{report.Account} is removed: {Number(report.Messages)} messages ({Show.Octets(report.Octets)})");
        return ExitCode.Ok;
    }

    private static string State(AccountReport account) => account switch
    {
        { WaitingFor: { } heir } => $"{heir} waits for `dirmail account adopt`",
        { IsSetAside: true } => "set aside" + Until(account),
        _ => "kept" + Until(account),
    };

    private static string Until(AccountReport account) => account.KeptUntil is { } until ? $" until {Show.Time(until)}" : "";

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}

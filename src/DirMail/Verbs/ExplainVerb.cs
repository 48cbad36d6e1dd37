using System.CommandLine;
using System.Globalization;
using DirMail.Admin;
using Spectre.Console;

namespace DirMail.Verbs;

/// <summary>`dirmail explain ADDRESS`: why the running server answers what it answers for a recipient, and what becomes of the mail.</summary>
internal static class ExplainVerb
{
    private static readonly Argument<string> Address = new("ADDRESS") { Description = "A recipient, e.g. alice@bcd.com" };
    private static readonly Option<string?> From = new("--from") { Description = "Sender address: who its mail leaves as; with --login also whether the user may send as it" };
    private static readonly Option<string?> Login = new("--login") { Description = "A login name: whom it means and who the user's mail leaves as" };
    private static readonly Option<string?> Client = new("--client") { Description = "With --login: address of a client, to see which services it may use" };
    private static readonly Option<string?> At = new("--at") { Description = "With --login: address of this host that the client connects to" };
    private static readonly Option<bool> Dns = new("--dns") { Description = "Ask DNS where mail that leaves would go" };

    public static Command Create()
    {
        var command = new Command("explain", "Explain what happens to mail for an address, step by step, with the directory entries that decide")
        {
            Address, From, Login, Client, At, Dns, CommonOptions.Json,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using ControlClient control = CommonOptions.Control(arguments);
        var query = new ExplainQuery(arguments.GetValue(Address)!, arguments.GetValue(From), arguments.GetValue(Login), arguments.GetValue(Client), arguments.GetValue(At), arguments.GetValue(Dns));
        ExplainReport report = await control.ExplainAsync(query, cancellationToken);
        if (arguments.GetValue(CommonOptions.Json))
            Show.Json(report);
        else
            Print(report);
        return ExitCode.Ok;
    }

    private static void Print(ExplainReport report)
    {
        var tree = new Tree(new Text(string.Create(CultureInfo.InvariantCulture, $"{report.Address} (routing table {report.TableNumber})")));
        if (report.Sender is { } sender)
            AddSender(tree.AddNode(new Text("sender")), sender);
        Add(tree.AddNode(new Text("recipient")), report.Reasons);
        Show.Write(tree);
        Show.Line($"{report.Address}: {report.Answer}");
        foreach (HopReport hop in report.Hops)
            Show.Line($"  -> {hop.Text}{(hop.NextHop is { } next && !hop.Text.Contains(next, StringComparison.Ordinal) ? $" ({next})" : "")}");
    }

    private static void AddSender(TreeNode node, SenderReport sender)
    {
        if (sender.Problem is { } problem)
            node.AddNode(new Text(problem));
        if (sender.MaySend is { } may)
            node.AddNode(new Text($"{sender.Login} {(may ? "may" : "may not")} send as {sender.From}"));
        if (sender.LeavesAs is { } identity)
            Add(node.AddNode(new Text($"leaves as {identity.HostName} from {identity.V4 ?? identity.V6 ?? "the host, unbound, or not at all"}, queue of {identity.Queue}")), sender.Reasons);
        foreach (ServiceReport service in sender.Services)
            Add(node.AddNode(new Text($"{service.Service}: {(service.Allowed ? "allowed" : service.Reply)}")), service.Reasons);
    }

    /// <summary>A step lies below the last one that is less deep.</summary>
    private static void Add(TreeNode root, IReadOnlyList<ReasonReport> reasons)
    {
        var path = new Stack<(int Level, TreeNode Node)>();
        foreach (ReasonReport reason in reasons)
        {
            while (path.TryPeek(out var last) && last.Level >= reason.Level)
                path.Pop();
            TreeNode parent = path.TryPeek(out var above) ? above.Node : root;
            path.Push((reason.Level, parent.AddNode(new Text(Line(reason)))));
        }
    }

    private static string Line(ReasonReport reason)
    {
        string what = reason.Hop is { } hop ? "=> " + hop.Text : reason.Meaning;
        string where = string.Join(' ', new[] { reason.Dn, reason.Attribute.Length > 0 ? $"{reason.Attribute}: {reason.Value}" : reason.Value }.Where(part => part.Length > 0));
        return where.Length == 0 ? what : $"{where}: {what}";
    }
}

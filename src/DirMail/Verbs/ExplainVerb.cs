using System.CommandLine;
using System.Globalization;
using DirMail.Admin;
using Spectre.Console;

namespace DirMail.Verbs;

/// <summary>`dirmail explain ADDRESS`: why the running server answers what it answers for a recipient.</summary>
internal static class ExplainVerb
{
    private static readonly Argument<string> Address = new("ADDRESS") { Description = "A recipient, e.g. alice@bcd.com" };

    public static Command Create()
    {
        var command = new Command("explain", "Explain what happens to mail for an address, step by step, with the directory entries that decide") { Address, CommonOptions.Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using ControlClient control = CommonOptions.Control(arguments);
        ExplainReport report = await control.ExplainAsync(arguments.GetValue(Address)!, cancellationToken);
        if (arguments.GetValue(CommonOptions.Json))
            Show.Json(report);
        else
            Print(report);
        return ExitCode.Ok;
    }

    private static void Print(ExplainReport report)
    {
        Table steps = Show.Table("directory entry", "attribute", "value", "so");
        foreach (ReasonReport reason in report.Reasons)
            Show.Row(steps, reason.Dn, reason.Attribute, reason.Value, reason.Meaning);
        Show.Write(steps);
        Show.Line(string.Create(CultureInfo.InvariantCulture, $"{report.Address}: {report.Answer} (routing table {report.TableNumber})"));
        foreach (string hop in report.Hops)
            Show.Line("  -> " + hop);
    }
}

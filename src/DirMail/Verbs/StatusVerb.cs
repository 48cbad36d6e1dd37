using System.CommandLine;
using System.Globalization;
using DirMail.Admin;
using Spectre.Console;

namespace DirMail.Verbs;

/// <summary>`dirmail status`: what the running server is doing.</summary>
internal static class StatusVerb
{
    public static Command Create()
    {
        var command = new Command("status", "Show the running server: listeners, certificates, directory, store, sessions") { CommonOptions.Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using ControlClient control = CommonOptions.Control(arguments);
        ServerStatus status = await control.StatusAsync(cancellationToken);
        if (arguments.GetValue(CommonOptions.Json))
            Show.Json(status);
        else
            Print(status);
        return status.Directory.Loaded ? ExitCode.Ok : ExitCode.Failed;
    }

    private static void Print(ServerStatus status)
    {
        Table facts = Show.Table("", "DirMail " + status.Version).HideHeaders();
        Show.Row(facts, "server", Text($"version {status.Version}, process {status.ProcessId}, since {Show.Time(status.Started)}"));
        Show.Row(facts, "data folder", status.DataFolder);
        Show.Row(facts, "directory", Text($"{status.Directory.Url}, {(status.Directory.Connected ? "connected" : "NOT connected: " + status.Directory.LastError)}"));
        Show.Row(facts, "routing table", Text($"number {status.Directory.TableNumber} as of {Show.Time(status.Directory.AsOf)}: {status.Directory.Domains} domains, {status.Directory.Users} users, {status.Directory.Problems} problems"));
        Show.Row(facts, "table's age", Show.Age(status.Directory.AgeSeconds));
        Show.Row(facts, "store", Text($"{status.Store.Contents} messages stored once ({Show.Octets(status.Store.StoredOctets)}), {status.Store.Entries} mailbox entries ({Show.Octets(status.Store.LogicalOctets)}), {status.Store.Accounts} accounts"));
        Show.Row(facts, "queue", Text($"{status.Store.QueueRecipients} recipients waiting"));
        Show.Row(facts, "logged in", Text($"{status.Sessions} sessions"));
        Show.Write(facts);
        Table listeners = Show.Table("service", "listens on", "connections", "problem");
        foreach (ListenerStatus listener in status.Listeners)
            Show.Row(listeners, listener.Service, listener.Endpoint, listener.Connections.ToString(CultureInfo.InvariantCulture), listener.Problem);
        Show.Write(listeners);
        if (status.Certificates.Count == 0)
            return;
        Table certificates = Show.Table("certificate", "until", "file", "problem");
        foreach (CertificateReport certificate in status.Certificates)
            Show.Row(certificates, string.Join(", ", certificate.Names), certificate.NotAfter is { } end ? Show.Time(end) : "none", certificate.File, certificate.Problem);
        Show.Write(certificates);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

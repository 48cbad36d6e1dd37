using System.Diagnostics.Metrics;

namespace DirMail.Servers.Imap;

internal static class ImapMetrics
{
    private static readonly Meter Meter = new("DirMail.Servers");

    private static readonly Counter<long> Commands = Meter.CreateCounter<long>("dirmail.servers.imap.commands", "{command}", "IMAP commands, by name (\"other\": not known) and result.");

    public static void Command(string name, CompletionKind result) => Commands.Add(1, new("command", name), new("result", Name(result)));

    private static string Name(CompletionKind kind) => kind switch
    {
        CompletionKind.Ok or CompletionKind.Answered => "OK",
        CompletionKind.No => "NO",
        CompletionKind.Bad => "BAD",
        _ => "closed",
    };
}

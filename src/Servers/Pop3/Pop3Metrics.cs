using System.Diagnostics.Metrics;

namespace DirMail.Servers.Pop3;

/// <summary>What an operator watches of POP3.</summary>
internal static class Pop3Metrics
{
    private static readonly Meter Meter = new("DirMail.Servers");
    private static readonly Counter<long> Commands = Meter.CreateCounter<long>("dirmail.pop3.commands", "{command}", "POP3 commands answered, by command and result");
    private static readonly Counter<long> Retrieved = Meter.CreateCounter<long>("dirmail.pop3.retrieved", "By", "Octets of messages sent to POP3 clients");
    private static readonly Counter<long> Removed = Meter.CreateCounter<long>("dirmail.pop3.removed", "{message}", "Messages that POP3 clients deleted");

    public static void Answered(string command, AnswerKind kind) =>
        Commands.Add(1, new("command", command), new("result", kind is AnswerKind.Ok or AnswerKind.Written or AnswerKind.LastOk ? "ok" : "error"));

    public static void Sent(long octets) => Retrieved.Add(octets);

    public static void Deleted(int messages) => Removed.Add(messages);
}

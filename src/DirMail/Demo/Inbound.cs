using DirMail.Verbs;

namespace DirMail.Demo;

/// <summary>Step b: from a remote server's SMTP dialogue to the two ways of reading.</summary>
internal static class Inbound
{
    public static async Task<IReadOnlyList<Observation>> RunAsync(DemoRun run, CancellationToken cancellationToken)
    {
        (string recipient, string dot) = await Mailing.DeliverAsync(run.Server, DemoUser.Alice.Address, "inbound", cancellationToken);
        (string relay, _) = await Mailing.DeliverAsync(run.Server, "someone@elsewhere.test", "relay", cancellationToken);
        (string unknown, _) = await Mailing.DeliverAsync(run.Server, "nobody@bcd.com", "unknown", cancellationToken);
        List<string> byImap = await Mailing.IdsInInboxAsync(run.Server, DemoUser.Alice, cancellationToken);
        return
        [
            Observation.Begins("RCPT TO:<alice@bcd.com>", "250 2.1.5", recipient),
            Observation.Begins("the dot", "250 2.0.0", dot),
            Observation.Of("read by IMAP", "inbound", string.Join(", ", byImap)),
            Observation.Of("read by POP3", "inbound", await ByPop3Async(run.Server, cancellationToken)),
            Observation.Begins("RCPT to an unknown mailbox", "550 5.1.1", unknown),
            Observation.Begins("RCPT to a domain that is not hosted", "550 5.7.1", relay),
        ];
    }

    private static async Task<string> ByPop3Async(DemoServer server, CancellationToken cancellationToken)
    {
        await using Dialogue dialogue = await Dialogue.OpenAsync(server.Pop3, cancellationToken);
        await dialogue.ReadAsync(cancellationToken);
        await dialogue.Pop3Async("USER " + DemoUser.Alice.Address, false, cancellationToken);
        await dialogue.Pop3Async("PASS " + DemoUser.Alice.Password, false, cancellationToken);
        IReadOnlyList<string> message = await dialogue.Pop3Async("RETR 1", true, cancellationToken);
        await dialogue.Pop3Async("QUIT", false, cancellationToken);
        bool dotKept = message.Contains("..a line that begins with a dot");
        return message.FirstOrDefault(l => l.StartsWith("X-Demo-Id: ", StringComparison.Ordinal)) is { } id && dotKept ? id["X-Demo-Id: ".Length..] : message[0];
    }
}

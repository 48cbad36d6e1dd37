using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using DirMail.Admin;
using DirMail.Verbs;

namespace DirMail.Demo;

/// <summary>Step f: eight clients send without pause, the server gets SIGKILL in the middle, starts again, and every message is counted.</summary>
internal static class KillAndCount
{
    private const int Clients = 8;
    private const int KillAfter = 1000;

    public static async Task<IReadOnlyList<Observation>> RunAsync(DemoRun run, CancellationToken cancellationToken)
    {
        var tally = new Tally();
        Task[] clients = [.. Enumerable.Range(0, Clients).Select(c => SendAsync(run.Server, c, tally, cancellationToken))];
        await Task.WhenAny(tally.Enough.Task, Task.Delay(TimeSpan.FromSeconds(10), cancellationToken));
        await run.Server.KillAsync(cancellationToken);
        await Task.WhenAll(clients);
        await run.Server.StartAsync(cancellationToken);

        ILookup<string, string> found = (await Mailing.IdsInInboxAsync(run.Server, DemoUser.Carol, cancellationToken)).Where(id => id.StartsWith("kill-", StringComparison.Ordinal)).ToLookup(id => id);
        int lost = tally.Acknowledged.Count(id => !found.Contains(id)), doubled = found.Count(g => g.Count() > 1), kept = tally.Unanswered.Count(found.Contains);
        using ControlClient control = run.Server.Control();
        IReadOnlyList<QueueReport> away = await control.QueueAsync(new(), null, 100, cancellationToken);
        return
        [
            new("messages acknowledged with 250 before the kill", $"at least {KillAfter}", Number(tally.Acknowledged.Count), tally.Acknowledged.Count >= KillAfter),
            Observation.Of("lost", "0", Number(lost)),
            Observation.Of("doubled", "0", Number(doubled)),
            new("unanswered when the server died (either outcome is right)", "any", Text($"{tally.Unanswered.Count}, {kept} of them kept"), true),
            Observation.Of("dave's message still waits in the queue", "1", Number(away.Count(q => q.Sender.StartsWith("dave@", StringComparison.Ordinal)))),
        ];
    }

    private static async Task SendAsync(DemoServer server, int client, Tally tally, CancellationToken cancellationToken)
    {
        string? id = null;
        try
        {
            await using Dialogue dialogue = await Dialogue.OpenAsync(server.Smtp, cancellationToken);
            await dialogue.SmtpAsync(null, cancellationToken);
            await dialogue.SmtpAsync("EHLO mx.remote.test", cancellationToken);
            for (int i = 0; i < 100_000; i++)
            {
                foreach (string command in (string[])["MAIL FROM:<friend@remote.test>", $"RCPT TO:<{DemoUser.Carol.Address}>", "DATA"])
                    await dialogue.SmtpAsync(command, cancellationToken);
                id = Text($"kill-{client}-{i}");
                string reply = await dialogue.SmtpDataAsync(Mailing.Message("friend@remote.test", DemoUser.Carol.Address, id), cancellationToken);
                if (reply.StartsWith("250", StringComparison.Ordinal))
                    tally.Acknowledge(id);
                id = null;
            }
        }
        catch (Exception ended) when (ended is IOException or SocketException)
        {
            if (id is not null)
                tally.Unanswered.Add(id);
        }
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed class Tally
    {
        private int _count;

        public ConcurrentBag<string> Acknowledged { get; } = [];
        public ConcurrentBag<string> Unanswered { get; } = [];
        public TaskCompletionSource Enough { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Acknowledge(string id)
        {
            Acknowledged.Add(id);
            if (Interlocked.Increment(ref _count) == KillAfter)
                Enough.TrySetResult();
        }
    }
}

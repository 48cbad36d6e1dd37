using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using DirMail.Demo;
using DirMail.Store;
using DirMail.Verbs;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace DirMail.Interop;

/// <summary>250 means kept, once: the server is killed while mail comes in, twice, and every acknowledged message is looked for.</summary>
public sealed class CrashTests
{
    private const int Clients = 4, Rounds = 2, KillAfter = 150;

    [Fact]
    public async Task Every_acknowledged_message_is_there_once_and_goes_out()
    {
        await using var sink = new Sink();
        using var setup = new ServerSetup(sinkPort: sink.Port);
        await using ServerProcess server = await ServerProcess.StartAsync(setup);
        var acknowledged = new ConcurrentBag<string>();
        for (int round = 0; round < Rounds; round++)
        {
            await KillWhileSendingAsync(server, round, acknowledged);
            await server.StartAsync();
        }

        List<string> kept = await SubjectsAsync(setup.Imap);
        Assert.True(acknowledged.Count >= Rounds * KillAfter);
        Assert.Empty(acknowledged.Except(kept));
        Assert.Empty(kept.GroupBy(id => id).Where(g => g.Count() > 1).Select(g => g.Key));
        await Eventually.SeesAsync(() => Task.FromResult(acknowledged.Where(IsRemote).Except(sink.Arrivals.Select(a => Subject(a.Content))).Count()), missing => missing == 0);

        Assert.Equal(0, await server.StopAsync());
        await using MessageStore store = await MessageStore.OpenAsync(new() { Folder = Path.Combine(setup.DataFolder, "store") }, TimeProvider.System, NullLogger.Instance, CancellationToken.None);
        Assert.Empty(await store.CheckAsync(CancellationToken.None));
    }

    private static async Task KillWhileSendingAsync(ServerProcess server, int round, ConcurrentBag<string> acknowledged)
    {
        int enough = acknowledged.Count + KillAfter;
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task[] clients = [.. Enumerable.Range(0, Clients).Select(client => SendAsync(server.Setup, $"{round}-{client}", id =>
        {
            acknowledged.Add(id);
            if (acknowledged.Count >= enough)
                reached.TrySetResult();
        }))];
        await Task.WhenAny(reached.Task, Task.WhenAll(clients));
        await server.KillAsync();
        await Task.WhenAll(clients);
    }

    /// <summary>Half of the clients are remote servers with mail for carol, half are bob, who writes to her and to a remote address in one message.</summary>
    private static async Task SendAsync(ServerSetup setup, string client, Action<string> acknowledge)
    {
        bool submits = IsRemote(client);
        DemoUser bob = DemoUser.Bob;
        string[] recipients = submits ? [DemoUser.Carol.Address, "x1@xyz.test"] : [DemoUser.Carol.Address];
        try
        {
            await using Dialogue smtp = await RemoteServer.GreetAsync(submits ? setup.Submission : setup.Smtp);
            if (submits)
                await smtp.SmtpAsync("AUTH PLAIN " + Convert.ToBase64String(Encoding.ASCII.GetBytes($"\0{bob.Address}\0{bob.Password}")), CancellationToken.None);
            for (int number = 0; ; number++)
            {
                string id = $"{client}-{number}";
                string[] commands = [$"MAIL FROM:<{(submits ? bob.Address : "friend@remote.test")}>", .. recipients.Select(r => $"RCPT TO:<{r}>"), "DATA"];
                foreach (string command in commands)
                    await smtp.SmtpAsync(command, CancellationToken.None);
                string reply = await smtp.SmtpDataAsync($"Subject: {id}\nFrom: {bob.Address}\n\n{new string('x', 2000)}\n", CancellationToken.None);
                Assert.StartsWith("250", reply, StringComparison.Ordinal);
                acknowledge(id);
            }
        }
        catch (Exception ended) when (ended is IOException or SocketException)
        {
            // killed: the message under way may be there or not
        }
    }

    private static bool IsRemote(string id) => (id.Split('-')[1][0] - '0') % 2 == 1;

    private static async Task<List<string>> SubjectsAsync(int port)
    {
        await using Dialogue imap = await Dialogue.OpenAsync(RunningServer.Local(port), CancellationToken.None);
        await imap.ReadAsync(CancellationToken.None);
        await imap.ImapAsync("a", $"LOGIN {DemoUser.Carol.Address} {DemoUser.Carol.Password}", CancellationToken.None);
        await imap.ImapAsync("b", "EXAMINE INBOX", CancellationToken.None);
        IReadOnlyList<string> lines = await imap.ImapAsync("c", "FETCH 1:* (BODY.PEEK[HEADER.FIELDS (SUBJECT)])", CancellationToken.None);
        return [.. lines.Where(l => l.StartsWith("Subject: ", StringComparison.Ordinal)).Select(l => l["Subject: ".Length..])];
    }

    private static string Subject(string content) => content.Split('\n').First(l => l.StartsWith("Subject: ", StringComparison.Ordinal))["Subject: ".Length..];
}

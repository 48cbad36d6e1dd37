using System.Text;
using System.Text.Json;
using DirMail.Demo;
using DirMail.Verbs;
using Xunit;

namespace DirMail.Interop;

/// <summary>SIGTERM while the other server has the messages and has not said so yet: the answer is waited for, so that nothing is sent twice; who never answers is left when the time is up.</summary>
public sealed class DrainTests
{
    /// <summary>Of four deliveries to one destination a domain has three.</summary>
    private const int UnderWay = 3, Messages = 5;

    [Fact]
    public async Task What_is_under_way_gets_its_answer_and_nothing_else_begins()
    {
        await using var sink = new HoldingSink();
        using var setup = new ServerSetup(sinkPort: sink.Port);
        await using ServerProcess server = await ServerProcess.StartAsync(setup, ("DIRMAIL__DrainTime", "5m"), ("DIRMAIL__Queue__PerDestination", "4"));
        await using Dialogue late = await LogInAsync(setup);
        for (int number = 0; number < Messages; number++)
            Assert.StartsWith("250", await SubmitAsync(late, $"{number}"), StringComparison.Ordinal);
        await sink.ReceivesAsync(UnderWay);
        await BeginAsync(late);

        Task<int> stopped = server.StopAsync();
        await server.SaysAsync("Stopping: no new connections");
        sink.Answer();
        await Eventually.SeesAsync(() => WaitingAsync(setup), static waiting => waiting <= Messages - UnderWay);
        Assert.StartsWith("421 4.3.2", await late.SmtpDataAsync("Subject: late\n\nA line.\n", CancellationToken.None), StringComparison.Ordinal);
        Assert.Equal(0, await stopped);
        Assert.Equal(UnderWay, sink.Received.Count);

        await server.StartAsync();
        await Eventually.SeesAsync(() => WaitingAsync(setup), static waiting => waiting == 0);
        Assert.Equal(["0", "1", "2", "3", "4"], sink.Received.Order());
    }

    [Fact]
    public async Task Who_never_answers_is_left_and_gets_the_message_again()
    {
        await using var sink = new HoldingSink();
        using var setup = new ServerSetup(sinkPort: sink.Port);
        await using ServerProcess server = await ServerProcess.StartAsync(setup);
        await using (Dialogue smtp = await LogInAsync(setup))
            for (int number = 0; number < UnderWay; number++)
                Assert.StartsWith("250", await SubmitAsync(smtp, $"{number}"), StringComparison.Ordinal);
        await sink.ReceivesAsync(UnderWay);
        Assert.Equal(0, await server.StopAsync());

        sink.Answer();
        await server.StartAsync();
        await Eventually.SeesAsync(() => WaitingAsync(setup), static waiting => waiting == 0);
        Assert.Equal(["0", "0", "1", "1", "2", "2"], sink.Received.Order());
    }

    private static async Task<Dialogue> LogInAsync(ServerSetup setup)
    {
        Dialogue smtp = await RemoteServer.GreetAsync(setup.Submission);
        Assert.StartsWith("235", await smtp.SmtpAsync("AUTH PLAIN " + Convert.ToBase64String(Encoding.ASCII.GetBytes($"\0{DemoUser.Bob.Address}\0{DemoUser.Bob.Password}")), CancellationToken.None), StringComparison.Ordinal);
        return smtp;
    }

    private static async Task<string> SubmitAsync(Dialogue smtp, string subject)
    {
        await BeginAsync(smtp);
        return await smtp.SmtpDataAsync($"Subject: {subject}\n\nA line.\n", CancellationToken.None);
    }

    private static async Task BeginAsync(Dialogue smtp)
    {
        foreach (string command in (string[])[$"MAIL FROM:<{DemoUser.Bob.Address}>", "RCPT TO:<x1@xyz.test>", "DATA"])
            await smtp.SmtpAsync(command, CancellationToken.None);
    }

    /// <summary>Messages in the queue of the server, which runs.</summary>
    private static async Task<int> WaitingAsync(ServerSetup setup)
    {
        Printed printed = await Program.RunAsync(ServerProcess.File, ["queue", "list", "--json", "--settings", setup.SettingsFile]);
        Assert.True(printed.ExitCode == 0, printed.All);
        using var document = JsonDocument.Parse(printed.Output);
        return document.RootElement.GetArrayLength();
    }
}

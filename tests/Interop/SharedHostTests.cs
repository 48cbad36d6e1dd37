using System.Text;
using DirMail.Demo;
using DirMail.Verbs;
using Xunit;

namespace DirMail.Interop;

/// <summary>One host that takes the mail of many destinations has no more connections than <c>queue.perDestination</c>; who waits for it keeps nobody else from anything, and goes on when one is free.</summary>
public sealed class SharedHostTests
{
    private const int PerHost = 4, ShareOfDomain = 3, Destinations = 8;

    [Theory]
    [InlineData("smart host")]
    [InlineData("mail exchanger")]
    public async Task A_host_of_many_destinations_is_one_host(string way)
    {
        await using var shared = new HoldingSink();
        await using var other = new Sink();
        await using Nsd names = await Nsd.StartAsync(new Dictionary<string, string> { ["shared.test"] = $"mx IN A 127.0.0.1\n{string.Join('\n', Enumerable.Range(0, Destinations).Select(static i => $"d{i} IN MX 10 mx"))}" });
        using ServerSetup setup = Setup(shared.Port, other.Port, names.Port, way);
        await using ServerProcess server = await ServerProcess.StartAsync(setup);
        await SubmitAsync(setup, DemoUser.Bob, [.. Enumerable.Range(0, Destinations).Select(static i => $"x@d{i}.shared.test")]);
        await SubmitAsync(setup, DemoUser.Carol, [.. Enumerable.Range(0, Destinations).Select(static i => $"x@d{i}.shared.test")]);
        await shared.ReceivesAsync(PerHost);

        await SubmitAsync(setup, DemoUser.Bob, ["x@other.test"]);
        await other.WaitAsync(1, Eventually.Limit, CancellationToken.None);
        Assert.Single(other.Arrivals);
        Assert.Equal(PerHost, shared.Received.Count);
        Assert.Equal(ShareOfDomain, shared.Received.Count(static subject => subject.StartsWith(DemoUser.Bob.Address, StringComparison.Ordinal)));
        Assert.Equal(PerHost, shared.Connections);

        // nobody has to wait for the next attempt, which would be in an hour
        shared.Answer();
        await shared.ReceivesAsync(2 * Destinations);
        Assert.Equal(0, await server.StopAsync());
        Assert.Equal(2 * Destinations, shared.Received.Distinct().Count());
        Assert.Equal(2 * Destinations, shared.Received.Count);
    }

    [Fact]
    public async Task Connections_are_kept_from_one_destination_to_the_next()
    {
        await using var shared = new HoldingSink();
        using ServerSetup setup = Setup(shared.Port, otherPort: 9, namesPort: 9, "smart host");
        await using ServerProcess server = await ServerProcess.StartAsync(setup);
        await SubmitAsync(setup, DemoUser.Bob, [.. Enumerable.Range(0, 5 * Destinations).Select(static i => $"x@d{i}.shared.test")]);
        await shared.ReceivesAsync(ShareOfDomain);
        shared.Answer();
        await shared.ReceivesAsync(5 * Destinations);
        Assert.InRange(shared.Connections, ShareOfDomain, Destinations);
    }

    private static ServerSetup Setup(int sharedPort, int otherPort, int namesPort, string way)
    {
        var setup = new ServerSetup();
        bool isByMx = way == "mail exchanger";
        string settings = File.ReadAllText(setup.SettingsFile)
            .Replace("\"routes\": { \"xyz.test\": \"127.0.0.1:9\" }", $"\"routes\": {{ \"other.test\": \"127.0.0.1:{otherPort}\"{(isByMx ? "" : $", \"*\": \"127.0.0.1:{sharedPort}\"")} }}, \"channels\": {{ \"smtp\": {{ \"port\": {sharedPort} }} }}, \"queue\": {{ \"slots\": 12, \"perDestination\": {PerHost}, \"retry\": [\"1h\"] }}", StringComparison.Ordinal)
            .Replace("[\"none\"]", isByMx ? $"[\"127.0.0.1:{namesPort}\"]" : "[\"none\"]", StringComparison.Ordinal);
        File.WriteAllText(setup.SettingsFile, settings);
        return setup;
    }

    /// <summary>A message to each.</summary>
    private static async Task SubmitAsync(ServerSetup setup, DemoUser user, string[] recipients)
    {
        await using Dialogue smtp = await RemoteServer.GreetAsync(setup.Submission);
        await smtp.SmtpAsync("AUTH PLAIN " + Convert.ToBase64String(Encoding.ASCII.GetBytes($"\0{user.Address}\0{user.Password}")), CancellationToken.None);
        foreach (string recipient in recipients)
        {
            foreach (string command in (string[])[$"MAIL FROM:<{user.Address}>", $"RCPT TO:<{recipient}>", "DATA"])
                await smtp.SmtpAsync(command, CancellationToken.None);
            Assert.StartsWith("250", await smtp.SmtpDataAsync($"Subject: {user.Address} to {recipient}\n\nA line.\n", CancellationToken.None), StringComparison.Ordinal);
        }
    }
}

using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace DirMail.Transcripts;

/// <summary>
/// How a session of <see cref="Fuzz"/> is brought into the state in which it meets what is spoilt. A service whose name ends with "s" begins with TLS; TLS and compression begin with the
/// answers to the commands that ask for them.
/// </summary>
internal sealed partial record FuzzedSession(string Service)
{
    /// <summary>Commands, each sent when the one before is answered, and none refused.</summary>
    public string[] Said { get; init; } = [];

    /// <summary>Sent with what is spoilt, before it.</summary>
    public string Opening { get; init; } = "";

    /// <summary>What is spoilt is not compressed although it should be.</summary>
    public bool IsGarbled { get; init; }

    /// <returns>The client, and the greeting.</returns>
    public async Task<(Client Client, string Greeting)> OpenAsync(TestServer server)
    {
        Client client = await Client.ConnectAsync(server.Endpoint(Service, IPAddress.Loopback), oneByOne: false, proxied: null);
        if (Service.EndsWith('s'))
            await client.StartTlsAsync();
        string greeting = await client.ReadLineAsync() + "\r\n";
        foreach (string command in Said)
            await SayAsync(client, command);
        return (client, greeting);
    }

    public override string ToString() => $"{Service}{string.Concat(Said.Select(static command => "; " + command))}";

    private async Task SayAsync(Client client, string command)
    {
        await client.SendAsync(Encoding.UTF8.GetBytes(command + "\r\n"));
        string? line;
        do
            line = await client.ReadLineAsync();
        while (line is not null && !Last().IsMatch(line));
        if (line is null || !Done().IsMatch(line))
            throw new InvalidOperationException($"{this}: {command} is answered {line ?? "with the end"}");
        if (command is "STLS" || command.EndsWith("STARTTLS", StringComparison.Ordinal))
            await client.StartTlsAsync();
        if (command.EndsWith("COMPRESS DEFLATE", StringComparison.Ordinal))
            client.StartDeflate(IsGarbled);
    }

    [GeneratedRegex(@"^([2-5]\d\d |\+OK|-ERR|[a-z]\d* (OK|NO|BAD) )")]
    private static partial Regex Last();

    [GeneratedRegex(@"^([23]\d\d |\+OK|[a-z]\d* OK )")]
    private static partial Regex Done();
}

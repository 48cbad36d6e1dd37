using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using DirMail.Wire;

namespace DirMail.Unit.Channels;

/// <summary>
/// An SMTP server that answers as the test says, and remembers what it heard. An answer of <see cref="Drop"/> closes the connection, <see cref="Silence"/> says nothing, and the others go on for
/// longer than anybody should listen.
/// </summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    public const string Drop = "drop", Silence = "silence", EndlessReply = "endless reply", EndlessLine = "endless line", Drip = "drip";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _end = new();
    private readonly Socket _socket;
    private readonly ConcurrentBag<Task> _sessions = [];
    private readonly Task _accepting;

    public ScriptedServer(string address = "127.0.0.1", int port = 0)
    {
        var local = new IPEndPoint(IPAddress.Parse(address), port);
        _socket = new Socket(local.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _socket.Bind(local);
        _socket.Listen();
        Endpoint = (IPEndPoint)_socket.LocalEndPoint!;
        _accepting = AcceptAsync();
    }

    public IPEndPoint Endpoint { get; }

    public string Greeting { get; init; } = "220 mx.example.com ready";
    public string[] Offers { get; init; } = ["PIPELINING", "SIZE 1000000", "8BITMIME", "SMTPUTF8", "DSN"];

    /// <summary>Answers by the longest matching start of the command ("RCPT TO:&lt;joe"), then the defaults.</summary>
    public Dictionary<string, string> Answers { get; init; } = [];

    public ICertificates? Certificate { get; init; }

    /// <summary>Of a transaction; those behind them are too many.</summary>
    public int MostRecipients { get; init; } = int.MaxValue;

    /// <summary>TLS comes before the greeting.</summary>
    public bool IsTlsFirst { get; init; }

    /// <summary>Every line heard, content apart.</summary>
    public ConcurrentQueue<string> Heard { get; } = [];

    /// <summary>Contents as they came over the wire, dots still doubled.</summary>
    public ConcurrentQueue<string> Contents { get; } = [];

    public ConcurrentQueue<IPEndPoint> Clients { get; } = [];

    /// <summary>Whether MAIL came under TLS, each time.</summary>
    public ConcurrentQueue<bool> Protected { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _socket.Dispose();
        await Task.WhenAll([_accepting, .. _sessions]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Connection connection = Connection.Over(await _socket.AcceptAsync(_end.Token));
            Clients.Enqueue(connection.Remote);
            _sessions.Add(ServeAsync(connection));
        }
    }

    private async Task ServeAsync(Connection connection)
    {
        await using (connection)
        {
            if ((IsTlsFirst && !await connection.StartTlsAsync(Certificate!, _end.Token)) || !await SayAsync(connection, Greeting))
                return;
            int recipients = 0;
            while (await connection.ReadLineAsync(2000, Soon, _end.Token) is { Status: LineStatus.Ok } line)
            {
                string command = Encoding.UTF8.GetString(line.Octets.Span);
                Heard.Enqueue(command);
                if (command.StartsWith("MAIL", StringComparison.Ordinal))
                    Protected.Enqueue(connection.IsProtected);
                if (command.StartsWith("BDAT", StringComparison.Ordinal) && !await TakeChunkAsync(connection, long.Parse(command.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture)))
                    return;
                recipients = command[..4] is "MAIL" ? 0 : command[..4] is "RCPT" ? recipients + 1 : recipients;
                string answer = recipients > MostRecipients && command[..4] is "RCPT" ? "452 4.5.3 too many" : Answer(command, connection);
                if (!await SayAsync(connection, answer))
                    return;
                if (command == "STARTTLS" && answer.StartsWith("220", StringComparison.Ordinal) && (Certificate is null || !await connection.StartTlsAsync(Certificate, _end.Token)))
                    return;
                if (command == "DATA" && answer.StartsWith("354", StringComparison.Ordinal) && !await TakeContentAsync(connection))
                    return;
            }
        }
    }

    private async Task<bool> TakeContentAsync(Connection connection)
    {
        var content = new StringBuilder();
        while (await connection.ReadLineAsync(2000, Soon, _end.Token) is { Status: LineStatus.Ok } line)
        {
            string text = Encoding.UTF8.GetString(line.Octets.Span);
            if (text == ".")
            {
                Contents.Enqueue(content.ToString());
                return await SayAsync(connection, Answers.GetValueOrDefault(".", "250 2.0.0 taken"));
            }
            content.Append(text).Append("\r\n");
        }
        return false;
    }

    private async Task<bool> TakeChunkAsync(Connection connection, long octets)
    {
        var content = new MemoryStream();
        LineStatus status = await connection.ReadExactlyAsync(octets, (piece, stop) => content.WriteAsync(piece, stop), Soon, _end.Token);
        Contents.Enqueue(Encoding.Latin1.GetString(content.ToArray()));
        return status == LineStatus.Ok;
    }

    private string Answer(string command, Connection connection)
    {
        string? scripted = Answers.Where(answer => command.StartsWith(answer.Key, StringComparison.OrdinalIgnoreCase)).OrderByDescending(static answer => answer.Key.Length).FirstOrDefault().Value;
        string[] offers = Certificate is not null && !connection.IsProtected ? [.. Offers, "STARTTLS"] : Offers;
        return scripted ?? command[..4].ToUpperInvariant() switch
        {
            "EHLO" => string.Concat(new[] { "mx.example.com" }.Concat(offers).Select((line, i) => $"250{(i == offers.Length ? ' ' : '-')}{line}\r\n")).TrimEnd(),
            "STAR" => "220 go",
            "DATA" => "354 go",
            "QUIT" => Drop,
            _ => "250 2.1.0 fine",
        };
    }

    private async Task<bool> SayAsync(Connection connection, string answer)
    {
        if (answer is Drop)
            return false;
        if (answer is Silence)
            return true;
        if (answer is EndlessReply or EndlessLine or Drip)
            return await GoOnAsync(connection, answer);
        connection.Write(answer + "\r\n");
        await connection.FlushAsync(_end.Token);
        return true;
    }

    private async Task<bool> GoOnAsync(Connection connection, string how)
    {
        for (int i = 0; i < 2000; i++)
        {
            connection.Write(how switch { EndlessReply => "250-and so on\r\n", EndlessLine => new string('2', 1000), _ => "2" });
            await connection.FlushAsync(_end.Token);
            if (how is Drip)
                await Task.Delay(5, _end.Token);
        }
        return true;
    }
}

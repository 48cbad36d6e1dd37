using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DirMail.Verbs;

/// <summary>A line-by-line client connection, for `send` and for the demo, which shows the wire as it is. Octets above 127 pass unchanged (Latin-1).</summary>
internal sealed class Dialogue : IAsyncDisposable
{
    private readonly TcpClient _client;
    private readonly StreamReader _reader;
    private readonly StreamWriter _writer;

    private Dialogue(TcpClient client)
    {
        _client = client;
        _reader = new(client.GetStream(), Encoding.Latin1);
        _writer = new(client.GetStream(), Encoding.Latin1) { NewLine = "\r\n" };
    }

    public static async Task<Dialogue> OpenAsync(IPEndPoint server, CancellationToken cancellationToken)
    {
        var client = new TcpClient(server.AddressFamily) { NoDelay = true };
        try
        {
            await client.ConnectAsync(server, cancellationToken);
            return new(client);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <exception cref="IOException">The server closed the connection.</exception>
    public async Task<string> ReadAsync(CancellationToken cancellationToken) =>
        await _reader.ReadLineAsync(cancellationToken) ?? throw new IOException("the server closed the connection");

    public async Task WriteAsync(string line, CancellationToken cancellationToken)
    {
        await _writer.WriteLineAsync(line.AsMemory(), cancellationToken);
        await _writer.FlushAsync(cancellationToken);
    }

    /// <summary>Sends an SMTP command (null: waits for the greeting) and returns the last line of the reply.</summary>
    public async Task<string> SmtpAsync(string? command, CancellationToken cancellationToken)
    {
        if (command is not null)
            await WriteAsync(command, cancellationToken);
        string line;
        do
            line = await ReadAsync(cancellationToken);
        while (line.Length > 3 && line[3] == '-');
        return line;
    }

    /// <summary>Sends a message's octets with dots stuffed and lines ended by CR LF, then the final dot; returns the reply.</summary>
    public async Task<string> SmtpDataAsync(string message, CancellationToken cancellationToken)
    {
        var text = new StringBuilder(message.Length + 16);
        foreach (string line in message.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'))
            text.Append(line.StartsWith('.') ? "." : "").Append(line).Append("\r\n");
        await _writer.WriteAsync(text, cancellationToken);
        return await SmtpAsync(".", cancellationToken);
    }

    /// <summary>Sends a tagged IMAP command and returns all lines up to its completion, which is the last.</summary>
    public async Task<IReadOnlyList<string>> ImapAsync(string tag, string command, CancellationToken cancellationToken)
    {
        await WriteAsync($"{tag} {command}", cancellationToken);
        var lines = new List<string>();
        do
            lines.Add(await ReadAsync(cancellationToken));
        while (!lines[^1].StartsWith(tag + " ", StringComparison.Ordinal));
        return lines;
    }

    /// <summary>Sends a POP3 command; with <paramref name="multiline"/> returns the lines up to the dot as well.</summary>
    public async Task<IReadOnlyList<string>> Pop3Async(string command, bool multiline, CancellationToken cancellationToken)
    {
        await WriteAsync(command, cancellationToken);
        var lines = new List<string> { await ReadAsync(cancellationToken) };
        while (multiline && lines[0].StartsWith("+OK", StringComparison.Ordinal) && lines[^1] != ".")
            lines.Add(await ReadAsync(cancellationToken));
        return lines;
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }
}

using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace DirMail.Interop;

/// <summary>The same small IMAP client for any server: appends octets, and gives what FETCH answered as lists and strings (null is NIL).</summary>
internal sealed class ImapPeer : IAsyncDisposable
{
    private readonly TcpClient _client;
    private readonly BufferedStream _stream;
    private int _tag;

    private ImapPeer(TcpClient client) => (_client, _stream) = (client, new(client.GetStream(), 64 * 1024));

    public static async Task<ImapPeer> LogInAsync(int port, string user, string password)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync("127.0.0.1", port);
        var peer = new ImapPeer(client);
        await peer.ReadLineAsync();
        await peer.DoAsync($"LOGIN {user} {password}");
        return peer;
    }

    /// <summary>Several at a time without waiting for each answer; larger ones wait to be asked for (RFC 7888 5).</summary>
    public async Task AppendAsync(string mailbox, IReadOnlyList<byte[]> messages, Func<int, string>? flags = null)
    {
        var pending = new Queue<int>();
        for (int i = 0; i < messages.Count; i++)
        {
            bool isLarge = messages[i].Length > 4096;
            if (isLarge || pending.Count >= 50)
                await AnsweredAsync(pending);
            await _stream.WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"a{++_tag} APPEND {mailbox} ({flags?.Invoke(i)}) {{{messages[i].Length}{(isLarge ? "" : "+")}}}\r\n")));
            if (isLarge)
            {
                await _stream.FlushAsync();
                while (!(await ReadLineAsync()).StartsWith('+'))
                {
                    // news of the mailbox
                }
            }
            await _stream.WriteAsync(messages[i]);
            await _stream.WriteAsync("\r\n"u8.ToArray());
            pending.Enqueue(_tag);
        }
        await AnsweredAsync(pending);
    }

    /// <returns>The untagged lines.</returns>
    public async Task<IReadOnlyList<string>> DoAsync(string command)
    {
        await _stream.WriteAsync(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"a{++_tag} {command}\r\n")));
        await _stream.FlushAsync();
        return await UntilTaggedAsync(_tag);
    }

    /// <summary>Of each message in order, the values that the items have; the items are given back in the order asked for.</summary>
    public async Task<IReadOnlyList<IReadOnlyDictionary<string, object?>>> FetchAsync(string items) =>
        [.. (await DoAsync($"FETCH 1:* ({items})")).Where(static line => line.Contains(" FETCH (", StringComparison.Ordinal)).Select(static line => ImapValue.Pairs(line[line.IndexOf('(', StringComparison.Ordinal)..]))];

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _client.Dispose();
    }

    private async Task AnsweredAsync(Queue<int> pending)
    {
        await _stream.FlushAsync();
        while (pending.TryDequeue(out int tag))
            await UntilTaggedAsync(tag);
    }

    private async Task<IReadOnlyList<string>> UntilTaggedAsync(int tag)
    {
        string done = string.Create(CultureInfo.InvariantCulture, $"a{tag} ");
        var lines = new List<string>();
        while (true)
        {
            string line = await ReadLineAsync();
            if (!line.StartsWith(done, StringComparison.Ordinal))
                lines.Add(line);
            else if (line.StartsWith(done + "OK", StringComparison.Ordinal))
                return lines;
            else
                throw new InvalidOperationException($"{line} after {string.Join('\n', lines.TakeLast(3))}");
        }
    }

    /// <summary>With the literals in it, as Latin-1.</summary>
    private async Task<string> ReadLineAsync()
    {
        var text = new StringBuilder();
        while (true)
        {
            int start = text.Length;
            int octet;
            while ((octet = _stream.ReadByte()) is not '\n')
                text.Append(octet < 0 ? throw new IOException($"the server closed the connection after: {text}") : (char)octet);
            text.Length -= text.Length > start && text[^1] == '\r' ? 1 : 0;
            int brace = text.Length > 0 && text[^1] == '}' ? text.ToString().LastIndexOf('{') : -1;
            if (brace < start || !int.TryParse(text.ToString(brace + 1, text.Length - brace - 2), NumberStyles.None, CultureInfo.InvariantCulture, out int octets))
                return text.ToString();
            byte[] literal = new byte[octets];
            await _stream.ReadExactlyAsync(literal);
            text.Append("\r\n").Append(Encoding.Latin1.GetString(literal));
        }
    }
}

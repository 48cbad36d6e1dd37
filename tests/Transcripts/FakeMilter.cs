using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DirMail.Transcripts;

/// <summary>A milter (protocol 6) that hears everything and says what a transcript wants, mostly at the end of a message.</summary>
internal sealed class FakeMilter : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _serving;

    public FakeMilter()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    public EndPoint Address => _listener.LocalEndpoint;

    /// <summary>"accept", "reject", "tempfail", "discard", "quarantine", "nothing" (hangs up), "refuse WORD" (at the stage, up to RCPT, that says the word), or a reply of its own.</summary>
    public string Answer { get; set; } = "accept";

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            using TcpClient client = await _listener.AcceptTcpClientAsync();
            NetworkStream stream = client.GetStream();
            while (Answer != "nothing" && await ReadAsync(stream) is { Length: > 0 } packet)
                foreach (string answer in Answers((char)packet[0], Encoding.Latin1.GetString(packet)))
                    await stream.WriteAsync((byte[])[.. Number(answer.Length), .. Encoding.Latin1.GetBytes(answer)]);
        }
    }

    private string[] Answers(char command, string said) => command switch
    {
        // version 6, may quarantine, wants every step and answers each
        'O' => ["O\0\0\0\x06\0\0\0\x20\0\0\0\0"],
        'D' or 'Q' or 'A' => [],
        'E' => AtTheEnd(),
        'C' or 'H' or 'M' or 'R' when Answer.StartsWith("refuse ", StringComparison.Ordinal) && said.Contains(Answer[7..], StringComparison.Ordinal) => ["r"],
        _ => ["c"],
    };

    private string[] AtTheEnd() => Answer switch
    {
        "accept" => ["a"],
        _ when Answer.StartsWith("refuse ", StringComparison.Ordinal) => ["a"],
        "reject" => ["r"],
        "tempfail" => ["t"],
        "discard" => ["d"],
        "quarantine" => ["qsuspicious\0", "a"],
        var reply => [$"y{reply}\0"],
    };

    private static byte[] Number(int value) => BitConverter.GetBytes(BinaryPrimitives.ReverseEndianness(value));

    private static async Task<byte[]> ReadAsync(NetworkStream stream)
    {
        var length = new byte[4];
        if (await stream.ReadAtLeastAsync(length, 4, throwOnEndOfStream: false) < 4)
            return [];
        var packet = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
        await stream.ReadExactlyAsync(packet);
        return packet;
    }
}

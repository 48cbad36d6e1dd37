using System.Net;
using System.Net.Sockets;

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
            while (Answer != "nothing" && await MilterPackets.ReadAsync(stream) is { Length: > 0 } packet)
                foreach (string answer in Answers(packet[0], packet))
                    await MilterPackets.WriteAsync(stream, answer);
        }
    }

    private string[] Answers(char command, string said) => command switch
    {
        // may quarantine, wants every step and answers each
        'O' => [MilterPackets.Agreed(actions: 0x20, steps: 0)],
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
}

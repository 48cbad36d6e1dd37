using System.Text;
using System.Text.RegularExpressions;
using DirMail.Demo;
using DirMail.Verbs;
using Xunit;

namespace DirMail.Interop;

/// <summary>250 means on disk: strace sees the server sync what it has written before it says so to the client.</summary>
public sealed partial class SyncOrderTests
{
    [Fact]
    public async Task The_log_and_a_large_content_are_synced_before_the_answer()
    {
        using var setup = new ServerSetup();
        string trace = Path.Combine(setup.Folder, "trace");
        await using ServerProcess server = await ServerProcess.StartAsync(setup, tracer: ["strace", "-D", "-f", "--seccomp-bpf", "-yy", "-s", "40", "-e", "trace=fsync,fdatasync,rename,renameat,renameat2,sendto,sendmsg,write", "-o", trace]);
        await using (Dialogue smtp = await RemoteServer.GreetAsync(setup.Smtp))
        {
            foreach (int octets in (int[])[500, 200_000])
            {
                foreach (string command in (string[])["MAIL FROM:<friend@remote.test>", $"RCPT TO:<{DemoUser.Carol.Address}>", "DATA"])
                    await smtp.SmtpAsync(command, CancellationToken.None);
                Assert.StartsWith("250", await smtp.SmtpDataAsync($"Subject: {octets}\n\n{Lines(octets)}", CancellationToken.None), StringComparison.Ordinal);
            }
        }
        await using (ImapPeer imap = await ImapPeer.LogInAsync(setup.Imap, DemoUser.Carol.Address, DemoUser.Carol.Password))
            await imap.AppendAsync("INBOX", [Encoding.ASCII.GetBytes($"Subject: appended\r\n\r\n{Lines(200_000).Replace("\n", "\r\n", StringComparison.Ordinal)}")]);
        Assert.Equal(0, await server.StopAsync());

        string[] calls = [.. Calls(await File.ReadAllLinesAsync(trace))];
        int[] asked = Said(calls, setup.Smtp, "\"354 "), accepted = Said(calls, setup.Smtp, "\"250 2.0.0 accepted");
        Assert.Equal(2, accepted.Length);
        AssertSynced(calls[asked[0]..accepted[0]], isLarge: false);
        AssertSynced(calls[asked[1]..accepted[1]], isLarge: true);
        AssertSynced(calls[Said(calls, setup.Imap, "\"+ ")[^1]..Said(calls, setup.Imap, "APPENDUID")[0]], isLarge: true);
    }

    /// <summary>The database's log last; before it the file's octets, its name and its folder.</summary>
    private static void AssertSynced(string[] calls, bool isLarge)
    {
        int at = -1;
        foreach (Regex step in isLarge ? [Octets(), Renamed(), Folder(), Log()] : new[] { Log() })
        {
            int next = Array.FindIndex(calls, at + 1, step.IsMatch);
            Assert.True(next > at, $"{step} is missing after call {at} in\n{string.Join('\n', calls)}");
            at = next;
        }
    }

    /// <summary>Where the server says that to a client of the port.</summary>
    private static int[] Said(string[] calls, int port, string text) =>
        [.. calls.Select((call, i) => (call, i)).Where(pair => pair.call.Contains($":{port}->", StringComparison.Ordinal) && pair.call.Contains(text, StringComparison.Ordinal)).Select(static pair => pair.i)];

    /// <summary>One line a call, where it ended: but for what is said, which counts from its beginning, as the client may have it then.</summary>
    private static IEnumerable<string> Calls(string[] lines)
    {
        Dictionary<string, string> unfinished = [];
        foreach (string line in lines)
        {
            Match match = Call().Match(line);
            if (!match.Success)
                continue;
            (string thread, string call) = (match.Groups[1].Value, match.Groups[2].Value);
            bool isSaid = Saying().IsMatch(call);
            if (call.EndsWith("<unfinished ...>", StringComparison.Ordinal) && !isSaid)
                unfinished[thread] = call;
            else if (!call.StartsWith("<...", StringComparison.Ordinal))
                yield return call;
            else if (unfinished.Remove(thread, out string? begun))
                yield return begun.Replace("<unfinished ...>", call, StringComparison.Ordinal);
        }
    }

    private static string Lines(int octets) => string.Concat(Enumerable.Repeat(new string('x', 49) + "\n", octets / 50));

    [GeneratedRegex(@"^(\d+) +(.*)$")]
    private static partial Regex Call();

    [GeneratedRegex("^(sendto|sendmsg|write)")]
    private static partial Regex Saying();

    [GeneratedRegex(@"^f(data)?sync\(.*/content/../[0-9a-f]+\.part>.*= 0")]
    private static partial Regex Octets();

    [GeneratedRegex(@"^rename.*\.part"", .*= 0")]
    private static partial Regex Renamed();

    [GeneratedRegex(@"^fsync\(.*/content/..>.*= 0")]
    private static partial Regex Folder();

    [GeneratedRegex(@"^f(data)?sync\(.*/store\.db-wal>.*= 0")]
    private static partial Regex Log();
}

using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using DirMail.Servers.Imap;
using DirMail.Unit.Wire;

namespace DirMail.Unit.Servers.Imap.Model;

/// <summary>An IMAP client that knows only what it is told, and finds fault with what a server may not tell (RFC 9051 5.2, 5.5, 7.5.1; RFC 7162).</summary>
internal sealed partial class ModelClient : IAsyncDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private readonly Pair _pair;
    private readonly Task _session;
    private readonly StreamReader _reader;
    private readonly HashSet<string> _knownFlags = new(StringComparer.OrdinalIgnoreCase);
    private string _running = "";
    private bool _hasModSeqs;
    private int _tag;

    private ModelClient(Pair pair, ImapServer server)
    {
        _pair = pair;
        _reader = new(pair.Peer, Encoding.Latin1);
        _session = server.ServeAsync(pair.Ours, CancellationToken.None);
    }

    /// <summary>What this client has selected, in the model.</summary>
    public ModelBox? Box { get; set; }

    public bool IsReadOnly { get; set; }

    public bool HasQresync { get; private set; }

    /// <summary>The mailbox by sequence number, from 0; a UID of 0 is not known yet.</summary>
    public List<Known> View { get; } = [];

    /// <summary>Untagged lines of the last command.</summary>
    public List<string> Lines { get; } = [];

    public List<uint> VanishedEarlier { get; } = [];

    /// <summary>The server said BYE.</summary>
    public bool IsOver { get; private set; }

    public static async Task<ModelClient> LogInAsync(ImapServer server, string enable)
    {
        var client = new ModelClient(await Pair.OpenAsync(), server);
        await client.LineAsync();
        await client.OkAsync("LOGIN alice@bcd.com alice-bcd-secret");
        if (enable.Length > 0)
            await client.OkAsync("ENABLE " + enable);
        client._hasModSeqs = enable.Contains("CONDSTORE", StringComparison.Ordinal) || enable.Contains("QRESYNC", StringComparison.Ordinal);
        client.HasQresync = enable.Contains("QRESYNC", StringComparison.Ordinal);
        return client;
    }

    public async Task<string> OkAsync(string command)
    {
        string end = await DoAsync(command);
        Assert.True(end.StartsWith("OK", StringComparison.Ordinal), $"{command}: {end}");
        return end;
    }

    /// <summary>Returns the tagged answer without its tag. Then asks for what new messages are, as clients do.</summary>
    public async Task<string> DoAsync(string command)
    {
        string end = await CommandAsync(command);
        List<string> lines = [.. Lines];
        uint[] vanished = [.. VanishedEarlier];
        while (View.FindIndex(static known => known.Uid == 0) is >= 0 and var first && !IsOver)
            await CommandAsync($"FETCH {first + 1}:{View.Count} (UID FLAGS{(_hasModSeqs ? " MODSEQ" : "")})");
        Lines.Clear();
        Lines.AddRange(lines);
        VanishedEarlier.Clear();
        VanishedEarlier.AddRange(vanished);
        Assert.Equal(View.Select(static known => known.Uid).Order().Distinct(), View.Select(static known => known.Uid));
        return end;
    }

    /// <summary>IDLE until <paramref name="isTold"/>, while <paramref name="change"/> happens.</summary>
    public async Task IdleAsync(Func<Task> change, Func<bool> isTold)
    {
        Lines.Clear();
        _running = "IDLE";
        await _pair.SendAsync("i IDLE\r\n");
        while (await LineAsync() is var line && line[0] != '+')
            Take(line);
        await change();
        while (!isTold())
            Take(await LineAsync());
        await _pair.SendAsync("DONE\r\n");
        while (await LineAsync() is var line && !line.StartsWith("i OK", StringComparison.Ordinal))
            Take(line);
        await DoAsync("NOOP");
    }

    /// <summary>The mailbox is gone: the server says so and ends the session.</summary>
    public async Task ByeAsync()
    {
        await DoAsync("NOOP");
        while (!IsOver)
            Take(await LineAsync());
    }

    /// <summary>No mailbox is selected any more.</summary>
    public void Leave()
    {
        View.Clear();
        _knownFlags.Clear();
        Box = null;
    }

    public async ValueTask DisposeAsync()
    {
        await _pair.Peer.DisposeAsync();
        await _session.WaitAsync(Soon);
        await _pair.DisposeAsync();
    }

    private async Task<string> CommandAsync(string command)
    {
        Lines.Clear();
        VanishedEarlier.Clear();
        _running = command;
        string tag = string.Create(CultureInfo.InvariantCulture, $"t{++_tag}");
        await _pair.SendAsync($"{tag} {command}\r\n");
        while (true)
        {
            string line = await LineAsync();
            if (line.StartsWith(tag + " ", StringComparison.Ordinal))
                return line[(tag.Length + 1)..];
            Take(line);
            if (IsOver)
                return line;
        }
    }

    /// <summary>With its literals.</summary>
    private async Task<string> LineAsync()
    {
        string line = await _reader.ReadLineAsync().WaitAsync(Soon) ?? throw new IOException($"the server closed in {_running}");
        while (Literal().Match(line) is { Success: true } mark)
        {
            var octets = new char[int.Parse(mark.Groups[1].Value, CultureInfo.InvariantCulture)];
            await _reader.ReadBlockAsync(octets).AsTask().WaitAsync(Soon);
            line += "\n" + new string(octets) + await _reader.ReadLineAsync().WaitAsync(Soon);
        }
        return line;
    }

    private void Take(string line)
    {
        Lines.Add(line);
        if (line.StartsWith("* BYE", StringComparison.Ordinal))
            IsOver = true;
        else if (Counted().Match(line) is { Success: true } counted)
            Take(counted.Groups[2].Value, int.Parse(counted.Groups[1].Value, CultureInfo.InvariantCulture), line);
        else if (line.StartsWith("* VANISHED (EARLIER) ", StringComparison.Ordinal))
            VanishedEarlier.AddRange(ModelBox.Numbers(line["* VANISHED (EARLIER) ".Length..]));
        else if (line.StartsWith("* VANISHED ", StringComparison.Ordinal))
            Vanish(ModelBox.Numbers(line["* VANISHED ".Length..]));
        else if (line.StartsWith("* FLAGS ", StringComparison.Ordinal))
            _knownFlags.UnionWith(Words(line["* FLAGS ".Length..]));
    }

    private void Take(string kind, int number, string line)
    {
        switch (kind)
        {
            case "EXISTS":
                Assert.True(number >= View.Count, $"{line} after {View.Count} in {_running}");
                View.AddRange(Enumerable.Range(0, number - View.Count).Select(static _ => new Known(0, null, 0)));
                break;
            case "EXPUNGE":
                Assert.False(HasQresync, line);
                AssertMayExpunge(line);
                View.RemoveAt(number - 1);
                break;
            case "FETCH":
                Assert.InRange(number, 1, View.Count);
                View[number - 1] = View[number - 1].With(line, _knownFlags);
                break;
        }
    }

    private void Vanish(IEnumerable<uint> uids)
    {
        Assert.True(HasQresync);
        AssertMayExpunge("VANISHED");
        foreach (uint uid in uids)
        {
            // one that was counted only and not looked at yet: those are the last ones
            int index = View.FindIndex(known => known.Uid == uid);
            index = index >= 0 ? index : View.FindIndex(static known => known.Uid == 0);
            Assert.True(index >= 0, $"VANISHED {uid} of which the client knows nothing");
            View.RemoveAt(index);
        }
    }

    /// <summary>Numbers never shift while a command is under way that counts by them (RFC 9051 7.5.1).</summary>
    private void AssertMayExpunge(string line) => Assert.False(_running.Split(' ')[0] is "FETCH" or "STORE" or "SEARCH" or "SORT" or "THREAD", $"{line} in {_running}");

    private static string[] Words(string list) => list.Trim('(', ')').Split(' ', StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"\{(\d+)\}$")]
    private static partial Regex Literal();

    [GeneratedRegex(@"^\* (\d+) (EXISTS|EXPUNGE|FETCH)\b")]
    private static partial Regex Counted();

    /// <summary>A message as this client knows it.</summary>
    internal sealed partial record Known(uint Uid, ImmutableSortedSet<string>? Flags, long ModSeq)
    {
        public Known With(string line, HashSet<string> knownFlags)
        {
            Known now = this;
            string items = line.Split('\n')[0] + line[(line.LastIndexOf('\n') + 1)..];
            if (UidItem().Match(items) is { Success: true } uid)
            {
                uint told = uint.Parse(uid.Groups[1].Value, CultureInfo.InvariantCulture);
                Assert.True(Uid == 0 || Uid == told, $"{line} for UID {Uid}");
                now = now with { Uid = told };
            }
            if (FlagsItem().Match(items) is { Success: true } flags)
            {
                now = now with { Flags = ModelBox.Flags(Words(flags.Groups[1].Value)) };
                Assert.True(knownFlags.IsSupersetOf(now.Flags!), $"{line} with a flag that FLAGS did not name");
            }
            if (ModSeqItem().Match(items) is { Success: true } modSeq)
            {
                now = now with { ModSeq = long.Parse(modSeq.Groups[1].Value, CultureInfo.InvariantCulture) };
                Assert.True(now.ModSeq >= ModSeq, $"{line} after MODSEQ {ModSeq}");
            }
            return now;
        }

        [GeneratedRegex(@"\bUID (\d+)")]
        private static partial Regex UidItem();

        [GeneratedRegex(@"\bFLAGS \(([^)]*)\)")]
        private static partial Regex FlagsItem();

        [GeneratedRegex(@"\bMODSEQ \((\d+)\)")]
        private static partial Regex ModSeqItem();
    }
}

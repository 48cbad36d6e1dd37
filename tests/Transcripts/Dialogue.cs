using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace DirMail.Transcripts;

/// <summary>Plays one transcript against a server of its own.</summary>
internal sealed partial class Dialogue(string file, Pace pace) : IAsyncDisposable
{
    private const string Nothing = "(nothing came)";

    private readonly Dictionary<string, Client> _clients = [];
    private readonly Dictionary<string, string> _kept = [];
    private readonly StringBuilder _unsent = new();
    private readonly Queue<Step.Expect> _unheard = new();
    private string _sender = "";
    private bool _isWhole, _mustBeHeard, _isAnswerDue, _isNewGroup;
    private string? _proxied;
    private IPAddress _local = IPAddress.Loopback;
    private TestSettings _settings = new();
    private FakeMilter? _milter;
    private FakeRspamd? _rspamd;
    private TestServer? _server;

    public async Task PlayAsync()
    {
        foreach (Step step in Step.Read(file))
            await (step switch
            {
                Step.Order order => ObeyAsync(order),
                Step.Send send => SendAsync(send),
                Step.Expect expect => ExpectAsync(expect),
                _ => throw new InvalidOperationException("a kind of step that nobody plays"),
            });
        await SettleAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Client client in _clients.Values)
            await client.DisposeAsync();
        foreach (IAsyncDisposable? part in (IAsyncDisposable?[])[_server, _milter, _rspamd])
            if (part is not null)
                await part.DisposeAsync();
    }

    private async Task SendAsync(Step.Send send)
    {
        // lines in a row are about what arrives together
        if (send.Client != _sender || (_mustBeHeard && _isNewGroup))
            await SettleAsync();
        _sender = send.Client;
        _unsent.Append(Kept(send.Text));
        // what answers a challenge ends a group as the command does that it belongs to (RFC 4954 4)
        _mustBeHeard |= _isAnswerDue || EndsGroup().IsMatch(send.Text);
        (_isAnswerDue, _isNewGroup) = (false, false);
    }

    private async Task ExpectAsync(Step.Expect expect)
    {
        if (pace != Pace.Ahead || expect.Client != _sender)
            await SettleAsync();
        _unheard.Enqueue(expect);
        _isNewGroup = true;
        _isAnswerDue = expect.Pattern?.StartsWith("334", StringComparison.Ordinal) == true;
        if (pace != Pace.Ahead || expect.Client != _sender || expect.Pattern?.Contains(":=}", StringComparison.Ordinal) == true)
            await SettleAsync();
    }

    /// <summary>Sends what is to be sent, and hears what is to be heard.</summary>
    private async Task SettleAsync()
    {
        if (_unsent.Length > 0)
            await _clients[_sender].SendAsync(_unsent.ToString());
        _unsent.Clear();
        while (_unheard.TryDequeue(out Step.Expect? expect))
            await HearAsync(expect);
        _mustBeHeard = false;
    }

    private async Task ObeyAsync(Step.Order order)
    {
        await SettleAsync();
        if (_settings.With(order.Words) is { } settings)
        {
            Settle(settings);
            return;
        }
        switch (order.Words)
        {
            case ["whole"]:
                _isWhole = true;
                break;
            case ["proxied", var client]:
                _proxied = client == "none" ? null : client;
                break;
            case ["local", var address]:
                _local = IPAddress.Parse(address);
                break;
            case ["disk", ("fails" or "works") and var how]:
                (await ServerAsync()).SetDisk(how == "fails");
                break;
            case ["queue", "deferred"]:
                await (await ServerAsync()).DeferQueueAsync();
                break;
            case ["later", var seconds]:
                (await ServerAsync()).Advance(TimeSpan.FromSeconds(TestSettings.Number(seconds)));
                break;
            case ["dns", var host, var type, .. var value]:
                _settings.Dns.Add(host, type, string.Join(' ', value));
                break;
            case ["milter", .. var answer]:
                Milter().Answer = string.Join(' ', answer);
                break;
            case ["rspamd", .. var answer]:
                (await RspamdAsync()).Answer = string.Join(' ', answer);
                break;
            case ["shutdown"]:
                (await ServerAsync()).Drain();
                break;
            case ["directory", "replaces", var dn]:
                await (await ServerAsync()).ReplaceAsync(dn + ",o=hosting");
                break;
            case ["adopt", var address]:
                await (await ServerAsync()).AdoptAsync(address);
                break;
            case ["directory", "stops"]:
                await (await ServerAsync()).StopDirectoryAsync();
                break;
            case ["directory", "set", var dn, var attribute, .. var values]:
                await (await ServerAsync()).SetAsync(dn + ",o=hosting", attribute, values);
                break;
            case ["directory", "script", var dn, var attribute, .. var words]:
                await (await ServerAsync()).SetAsync(dn + ",o=hosting", attribute, [string.Join(' ', words)]);
                break;
            case ["tls"]:
                await _clients["A"].StartTlsAsync();
                break;
            case ["deflate"]:
                _clients["A"].StartDeflate();
                break;
            case ["tls", var client]:
                await _clients[client].StartTlsAsync();
                break;
            case [("smtp" or "submission" or "submissions" or "imap" or "imaps" or "pop3" or "pop3s" or "lmtp") and var service, .. var name]:
                TestServer server = await ServerAsync();
                _clients[name is [var given] ? given : "A"] = await Client.ConnectAsync(server.Endpoint(service, _local), pace == Pace.OctetByOctet && !_isWhole, _proxied);
                break;
            default:
                throw new FormatException($"{file}:{order.Number}: no such order");
        }
    }

    private async Task HearAsync(Step.Expect expect)
    {
        string? line;
        do
            line = await LineAsync(expect.Client);
        while (expect.PassesOver && line is not null and not Nothing && !Matches(expect.Pattern, line));
        if (!Matches(expect.Pattern, line))
            Assert.Fail($"{file}:{expect.Number}\n  expected {expect.Client}< {expect.Pattern ?? "(end)"}\n  got      {expect.Client}< {line ?? "(end)"}");
    }

    private async Task<string?> LineAsync(string client)
    {
        try
        {
            return await _clients[client].ReadLineAsync();
        }
        catch (OperationCanceledException)
        {
            return Nothing;
        }
    }

    private bool Matches(string? pattern, string? line)
    {
        if (pattern is null || line is null)
            return pattern is null && line is null;
        string escaped = Regex.Escape(Kept(pattern)).Replace("\\*", ".*", StringComparison.Ordinal);
        escaped = Regex.Replace(escaped, @"\\\{([a-z]+):=}", @"(?<$1>[^\s\])]+)");
        Match match = Regex.Match(line, $"^{escaped}$", RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);
        foreach (Group kept in match.Groups.Values.Skip(1))
            _kept[kept.Name] = kept.Value;
        return match.Success;
    }

    private string Kept(string text)
    {
        foreach ((string name, string value) in _kept)
            text = text.Replace($"{{{name}}}", value, StringComparison.Ordinal);
        return Regex.Replace(text, @"\{srs (\S+) (\S+) (\d+)\}", match => _server!.ReturnAddress(match.Groups[1].Value, match.Groups[2].Value, TestSettings.Number(match.Groups[3].Value)));
    }

    private async Task<TestServer> ServerAsync() => _server ??= await TestServer.StartAsync(_settings);

    private FakeMilter Milter()
    {
        if (_milter is null)
        {
            _milter = new FakeMilter();
            Settle(_settings with { Checks = (_settings.Checks ?? new()) with { Milters = [_milter.Address] } });
        }
        return _milter;
    }

    private async Task<FakeRspamd> RspamdAsync()
    {
        if (_rspamd is null)
        {
            _rspamd = await FakeRspamd.StartAsync();
            Settle(_settings with { Checks = (_settings.Checks ?? new()) with { Rspamd = _rspamd.Address } });
        }
        return _rspamd;
    }

    private void Settle(TestSettings settings) => _settings = _server is null ? settings : throw new FormatException($"{file}: a setting comes before the first connection");

    /// <summary>Commands whose answer is waited for before anything else is sent (RFC 2920 3.1), of those that the server insists on.</summary>
    [GeneratedRegex(@"^(DATA|AUTH|STARTTLS|QUIT)\b", RegexOptions.IgnoreCase)]
    private static partial Regex EndsGroup();
}

/// <summary>How a client sends what a transcript says.</summary>
internal enum Pace
{
    /// <summary>Lines in a row leave in one write.</summary>
    AsWritten,

    /// <summary>Each octet by itself.</summary>
    OctetByOctet,

    /// <summary>Without waiting for answers, as far as the protocol allows: all leaves in one write, and the answers are heard afterwards.</summary>
    Ahead,
}

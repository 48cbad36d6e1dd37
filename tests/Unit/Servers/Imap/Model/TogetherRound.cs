using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using DirMail.Store;
using DirMail.Unit.Servers.Pop3;

namespace DirMail.Unit.Servers.Imap.Model;

/// <summary>
/// All clients, deliveries and a POP3 session at the same time. What the outcome may be is told by what was answered: what was acknowledged is there unless someone removed it, each
/// client's own keyword is as it left it, a message that nobody touched is as before. The model then goes on from the store.
/// </summary>
internal sealed partial class TogetherRound(ModelRun run, int seed)
{
    private const int Each = 4;

    private readonly ConcurrentDictionary<(ModelBox, uint), string> _added = [];
    private readonly ConcurrentDictionary<(ModelBox, uint, string Keyword), bool> _keywords = [];
    private readonly ConcurrentBag<string> _delivered = [];

    /// <summary>Subjects of what someone removed, or marked so that others may.</summary>
    private readonly ConcurrentBag<string> _doomed = [.. run.Boxes.Values.SelectMany(static box => box.With("\\Deleted").Select(uid => box.Messages[uid].Subject))];

    public async Task RunAsync()
    {
        foreach (ModelClient client in run.Clients)
        {
            if (client.Box is null)
                await MailboxOperations.SelectAsync(run, client, new(OperationKind.Select, 0, seed, 0, 0), isReadOnly: false);
            await MessageOperations.SyncAsync(run, client);
        }
        await Task.WhenAll([.. run.Clients.Select((client, i) => Task.Run(() => UseAsync(client, i))), Task.Run(DeliverAsync), Task.Run(PopAsync)]);
        foreach (ModelBox box in run.Boxes.Values)
            await TakeInAsync(box, (await run.Host.Store.ViewAsync(Pop3Host.Alice, box.Name)));
        foreach (ModelClient client in run.Clients)
            await MessageOperations.SyncAsync(run, client);
    }

    private async Task UseAsync(ModelClient client, int number)
    {
        var random = new Random(seed + number);
        for (int i = 0; i < Each; i++)
        {
            uint[] uids = [.. client.View.Select(static known => known.Uid).Where(client.Box!.Messages.ContainsKey)];
            int kind = uids.Length == 0 ? 0 : random.Next(client.IsReadOnly ? 4 : 7);
            uint uid = uids.Length == 0 ? 0 : uids[random.Next(uids.Length)];
            await (kind switch
            {
                0 => AppendAsync(client),
                1 => client.OkAsync($"FETCH 1:{client.View.Count} (FLAGS UID)"),
                2 => client.OkAsync("NOOP"),
                3 => CopyAsync(client, uid, "COPY", run.Box(random.Next(8))),
                4 => CopyAsync(client, uid, "MOVE", run.Box(random.Next(8))),
                5 => ExpungeAsync(client, uid),
                _ => MarkAsync(client, uid, $"k{number}", random.Next(2) == 0),
            });
        }
    }

    private async Task AppendAsync(ModelClient client)
    {
        string subject = run.NextSubject(), message = ModelRun.Message(subject), end = await client.OkAsync($"APPEND {client.Box!.Name} {{{message.Length}+}}\r\n{message}");
        Match code = AppendUid().Match(end);
        Assert.True(code.Success && _added.TryAdd((client.Box, Number(code.Groups[1].Value)), subject), end);
    }

    private async Task CopyAsync(ModelClient client, uint uid, string verb, ModelBox to)
    {
        string subject = client.Box!.Messages[uid].Subject;
        if (verb == "MOVE")
            _doomed.Add(subject);
        string end = await client.OkAsync($"UID {verb} {uid} {to.Name}");
        if (CopyUid().Match(string.Join('\n', client.Lines) + end) is { Success: true } code)
            Assert.True(_added.TryAdd((to, Number(code.Groups[1].Value)), subject), end);
        else
            Assert.Contains(subject, _doomed);
    }

    private async Task ExpungeAsync(ModelClient client, uint uid)
    {
        _doomed.Add(client.Box!.Messages[uid].Subject);
        await client.OkAsync($"UID STORE {uid} +FLAGS (\\Deleted)");
        await client.OkAsync($"UID EXPUNGE {uid}");
        Assert.DoesNotContain(client.View, known => known.Uid == uid);
    }

    private async Task MarkAsync(ModelClient client, uint uid, string keyword, bool isSet)
    {
        await client.OkAsync($"UID STORE {uid} {(isSet ? '+' : '-')}FLAGS ({keyword})");
        _keywords[(client.Box!, uid, keyword)] = isSet;
    }

    private async Task DeliverAsync()
    {
        for (int i = 0; i < Each; i++)
        {
            string subject = run.NextSubject();
            await run.Host.DeliverAsync(ModelRun.Message(subject));
            _delivered.Add(subject);
        }
    }

    private async Task PopAsync()
    {
        ModelBox inbox = run.Boxes["INBOX"];
        await using Pop3Client pop = await run.Host.LogInAsync();
        IReadOnlyList<string> names = await PopOperations.NamesAsync(pop);
        if (names.Count > 0 && inbox.Messages.TryGetValue(Number(names[0].Split('.')[1]), out ModelMessage? first))
        {
            _doomed.Add(first.Subject);
            await pop.TalkAsync("> DELE 1", "< +OK*");
        }
        await pop.TalkAsync("> QUIT", "< +OK*");
    }

    private async Task TakeInAsync(ModelBox box, MailboxView view)
    {
        Dictionary<uint, MailboxEntry> there = view.Entries.ToDictionary(static entry => entry.Uid.Value);
        foreach ((uint uid, ModelMessage message) in box.Messages)
        {
            if (there.TryGetValue(uid, out MailboxEntry? entry))
                AssertTouchedAsAsked(box, uid, message, entry);
            else
                Assert.Contains(message.Subject, _doomed);
        }
        foreach (((ModelBox to, uint uid), string subject) in _added)
            Assert.True(to != box || there.ContainsKey(uid) || _doomed.Contains(subject), $"{subject}, acknowledged as {uid} in {to.Name}, is not there");
        List<string> arrived = [];
        foreach (MailboxEntry entry in view.Entries)
        {
            ModelMessage? known = box.Messages.GetValueOrDefault(entry.Uid.Value);
            string subject = await SubjectAsync(entry);
            if (known is null && !_added.ContainsKey((box, entry.Uid.Value)))
                arrived.Add(subject);
            Assert.Equal(known?.Subject ?? _added.GetValueOrDefault((box, entry.Uid.Value), subject), subject);
            box.Messages[entry.Uid.Value] = new(subject, ModelRun.FlagsOf(entry), entry.ModSeq.Value);
        }
        Assert.Equal(box.Name == "INBOX" ? _delivered.Order(StringComparer.Ordinal) : [], arrived.Order(StringComparer.Ordinal));
        box.GoOnFrom(view.Status, there.ContainsKey);
    }

    private void AssertTouchedAsAsked(ModelBox box, uint uid, ModelMessage before, MailboxEntry now)
    {
        foreach (string keyword in (string[])["k0", "k1", "k2"])
            Assert.Equal(_keywords.GetValueOrDefault((box, uid, keyword), before.Flags.Contains(keyword)), ModelRun.FlagsOf(now).Contains(keyword));
        if (before.Flags.SetEquals(ModelRun.FlagsOf(now)))
            Assert.True(now.ModSeq.Value >= before.ModSeq);
        else
            Assert.True(now.ModSeq.Value > box.HighestModSeq);
    }

    private async Task<string> SubjectAsync(MailboxEntry entry)
    {
        string text = await run.Host.Store.TextAsync(entry.Rendition);
        return Subject().Match(text).Groups[1].Value;
    }

    private static uint Number(string text) => uint.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\[APPENDUID \d+ (\d+)\]")]
    private static partial Regex AppendUid();

    [GeneratedRegex(@"\[COPYUID \d+ \d+ (\d+)\]")]
    private static partial Regex CopyUid();

    [GeneratedRegex(@"Subject: (\S+)")]
    private static partial Regex Subject();
}

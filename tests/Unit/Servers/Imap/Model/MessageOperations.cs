using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace DirMail.Unit.Servers.Imap.Model;

/// <summary>What clients do to messages: each does it by IMAP and in the model, and compares what was answered.</summary>
internal static partial class MessageOperations
{
    private static readonly string[] s_flags = ["\\Seen", "\\Flagged", "\\Deleted", "\\Answered", "\\Draft", "k0", "k1", "k2"];

    /// <summary>Sequence numbers of one to three messages that the client knows.</summary>
    private static int[] Chosen(ModelClient client, Operation o) =>
        [.. Enumerable.Range(0, 1 + o.Third % 3).Select(i => 1 + (o.First + i * (1 + o.Second % 3)) % client.View.Count).Distinct().Order()];

    private static string Set(IEnumerable<uint> numbers) => string.Join(',', numbers);

    private static string[] ChosenFlags(int number) => [.. s_flags.Where((_, i) => (number >> i & 1) == 1)];

    public static async Task AppendAsync(ModelRun run, ModelClient client, Operation o)
    {
        ModelBox box = client.Box is { IsGone: false } selected && o.Second % 2 == 0 ? selected : run.Box(o.First);
        string subject = run.NextSubject(), message = ModelRun.Message(subject);
        string[] flags = ChosenFlags(o.Third % 64);
        string end = await client.OkAsync($"APPEND {box.Name} ({string.Join(' ', flags)}) {{{message.Length}+}}\r\n{message}");
        Assert.StartsWith($"OK [APPENDUID {box.UidValidity} {box.Add(subject, flags)}]", end, StringComparison.Ordinal);
        // what a session did itself is told with the command's end
        if (client.Box == box)
            AssertKnowsAll(client);
    }

    public static async Task DeliverAsync(ModelRun run)
    {
        string subject = run.NextSubject();
        await run.Host.DeliverAsync(ModelRun.Message(subject));
        run.Boxes["INBOX"].Add(subject);
    }

    public static async Task StoreAsync(ModelRun run, ModelClient client, Operation o)
    {
        int[] numbers = Chosen(client, o);
        string[] flags = ChosenFlags(o.Second % 256);
        string sign = (o.Third % 3) switch { 0 => "+", 1 => "-", _ => "" }, silent = o.Second % 5 == 0 ? ".SILENT" : "";
        uint[] uids = [.. numbers.Select(number => client.View[number - 1].Uid)];
        bool byUid = o.First % 2 == 0;
        string end = await client.DoAsync($"{(byUid ? "UID STORE" : "STORE")} {(byUid ? Set(uids) : string.Join(',', numbers))} {sign}FLAGS{silent} ({string.Join(' ', flags)})");
        Assert.StartsWith(client.IsReadOnly ? "NO" : "OK", end, StringComparison.Ordinal);
        if (client.IsReadOnly)
            return;
        foreach (uint uid in uids)
            Change(client.Box!, uid, sign, flags);
        if (silent.Length > 0)
            TakeOwn(client, uids);
        else
            AssertTold(client, uids);
    }

    public static async Task StoreIfUnchangedAsync(ModelRun run, ModelClient client, Operation o)
    {
        if (client.IsReadOnly)
            return;
        ModelBox box = client.Box!;
        uint[] uids = [.. Chosen(client, o).Select(number => client.View[number - 1].Uid)];
        long since = box.Marks[^(1 + o.Second % box.Marks.Count)];
        string end = await client.OkAsync($"UID STORE {Set(uids)} (UNCHANGEDSINCE {since}) +FLAGS (k1 \\Answered)");
        uint[] modified = [.. uids.Where(uid => !box.Messages.TryGetValue(uid, out ModelMessage? message) || message.ModSeq > since)];
        uint[] told = Modified().Match(end) is { Success: true } code ? [.. ModelBox.Numbers(code.Groups[1].Value)] : [];
        Assert.Equal(modified, told);
        foreach (uint uid in uids.Except(modified))
            Change(box, uid, "+", ["k1", "\\Answered"]);
        AssertTold(client, uids.Except(modified));
    }

    /// <param name="chosen">Null: all that are \Deleted.</param>
    public static async Task ExpungeAsync(ModelRun run, ModelClient client, Operation? chosen)
    {
        uint[]? uids = chosen is null ? null : [.. Chosen(client, chosen).Select(number => client.View[number - 1].Uid)];
        string end = await client.DoAsync(uids is null ? "EXPUNGE" : $"UID EXPUNGE {Set(uids)}");
        Assert.StartsWith(client.IsReadOnly ? "NO" : "OK", end, StringComparison.Ordinal);
        if (client.IsReadOnly)
            return;
        client.Box!.Remove([.. client.Box.With("\\Deleted").Where(uid => uids is null || uids.Contains(uid))]);
        AssertKnowsAll(client);
    }

    public static async Task CopyAsync(ModelRun run, ModelClient client, Operation o, bool isMove)
    {
        ModelBox from = client.Box!, to = run.Box(o.Second);
        uint[] uids = [.. Chosen(client, o).Select(number => client.View[number - 1].Uid)];
        uint[] there = [.. uids.Where(from.Messages.ContainsKey)];
        string end = await client.DoAsync($"UID {(isMove ? "MOVE" : "COPY")} {Set(uids)} {to.Name}");
        Assert.StartsWith(isMove && client.IsReadOnly ? "NO" : "OK", end, StringComparison.Ordinal);
        if (isMove && client.IsReadOnly)
            return;
        uint[] copies = [.. there.Select(uid => to.Add(from.Messages[uid].Subject, [.. from.Messages[uid].Flags]))];
        if (isMove)
            from.Remove(there);
        Match code = CopyUid().Match(string.Join('\n', client.Lines) + end);
        Assert.Equal(there.Length > 0, code.Success);
        if (code.Success)
            Assert.Equal((to.UidValidity.ToString(CultureInfo.InvariantCulture), Set(there), Set(copies)),
                (code.Groups[1].Value, Set(ModelBox.Numbers(code.Groups[2].Value)), Set(ModelBox.Numbers(code.Groups[3].Value))));
        if (isMove || from == to)
            await SyncAsync(run, client);
    }

    /// <summary>Bodies, which makes them \Seen.</summary>
    public static async Task ReadAsync(ModelRun run, ModelClient client, Operation o)
    {
        int[] numbers = Chosen(client, o);
        uint[] uids = [.. numbers.Select(number => client.View[number - 1].Uid)];
        await client.DoAsync($"FETCH {string.Join(',', numbers)} (UID BODY[HEADER.FIELDS (SUBJECT)])");
        foreach (uint uid in uids.Where(client.Box!.Messages.ContainsKey))
        {
            if (!client.IsReadOnly)
                Change(client.Box, uid, "+", ["\\Seen"]);
            string subject = $"Subject: {client.Box.Messages[uid].Subject}\r\n";
            Assert.Contains(client.Lines, line => line.Contains($"UID {uid} ", StringComparison.Ordinal) && line.Contains(subject, StringComparison.Ordinal));
        }
    }

    public static async Task SearchAsync(ModelRun run, ModelClient client, Operation o)
    {
        await SyncAsync(run, client);
        string flag = s_flags[o.First % s_flags.Length];
        await client.OkAsync($"UID SEARCH RETURN (ALL) {(flag[0] == '\\' ? flag[1..].ToUpperInvariant() : "KEYWORD " + flag)}");
        Assert.Equal(Set(client.Box!.With(flag)), Set(Found(client)));
        long since = client.Box.Marks[^(1 + o.Second % client.Box.Marks.Count)];
        await client.OkAsync($"UID SEARCH RETURN (ALL) MODSEQ {since}");
        Assert.Equal(Set(client.Box.Messages.Where(pair => pair.Value.ModSeq >= since).Select(static pair => pair.Key)), Set(Found(client)));
    }

    private static IEnumerable<uint> Found(ModelClient client) =>
        ModelBox.Numbers(client.Lines.Select(static line => FoundAll().Match(line)).FirstOrDefault(static match => match.Success)?.Groups[1].Value ?? "");

    /// <summary>After NOOP a client knows all there is.</summary>
    public static async Task SyncAsync(ModelRun run, ModelClient client)
    {
        await client.OkAsync("NOOP");
        if (client.Box is not null)
            AssertKnowsAll(client);
    }

    private static void Change(ModelBox box, uint uid, string sign, IEnumerable<string> flags)
    {
        if (!box.Messages.TryGetValue(uid, out ModelMessage? message))
            return;
        ImmutableSortedSet<string> given = ModelBox.Flags(flags);
        box.SetFlags(uid, sign switch { "+" => message.Flags.Union(given), "-" => message.Flags.Except(given), _ => given });
    }

    /// <summary>A client that changed silently knows the flags all the same.</summary>
    private static void TakeOwn(ModelClient client, uint[] uids)
    {
        for (int i = 0; i < client.View.Count; i++)
            if (uids.Contains(client.View[i].Uid) && client.Box!.Messages.TryGetValue(client.View[i].Uid, out ModelMessage? message))
                client.View[i] = client.View[i] with { Flags = message.Flags };
    }

    private static void AssertTold(ModelClient client, IEnumerable<uint> uids)
    {
        foreach (ModelClient.Known known in client.View.Where(known => uids.Contains(known.Uid)))
            if (client.Box!.Messages.TryGetValue(known.Uid, out ModelMessage? message))
                Assert.Equal($"{known.Uid} {string.Join(' ', message.Flags)}", $"{known.Uid} {string.Join(' ', known.Flags!)}");
    }

    public static void AssertKnowsAll(ModelClient client) => Assert.Equal(
        client.Box!.Messages.Select(static pair => $"{pair.Key} {string.Join(' ', pair.Value.Flags)}"),
        client.View.Select(static known => $"{known.Uid} {string.Join(' ', known.Flags!)}"));

    [GeneratedRegex(@"\[MODIFIED ([\d,:]+)\]")]
    private static partial Regex Modified();

    [GeneratedRegex(@"\[COPYUID (\d+) ([\d,:]+) ([\d,:]+)\]")]
    private static partial Regex CopyUid();

    [GeneratedRegex(@"^\* ESEARCH .* ALL ([\d,:]+)")]
    private static partial Regex FoundAll();
}

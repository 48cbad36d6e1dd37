using System.Globalization;
using System.Text.RegularExpressions;

namespace DirMail.Unit.Servers.Imap.Model;

/// <summary>Making, deleting, renaming and selecting mailboxes; UIDVALIDITY (RFC 9051 2.3.1.1).</summary>
internal static partial class MailboxOperations
{
    private static readonly string[] s_names = ["A", "B", "C"];

    public static async Task SelectAsync(ModelRun run, ModelClient client, Operation o, bool isReadOnly)
    {
        ModelBox box = run.Box(o.First);
        client.Leave();
        await client.OkAsync($"{(isReadOnly ? "EXAMINE" : "SELECT")} {box.Name}");
        (client.Box, client.IsReadOnly) = (box, isReadOnly);
        foreach (string code in (string[])[$"[UIDVALIDITY {box.UidValidity}]", $"[UIDNEXT {box.UidNext}]", $"[HIGHESTMODSEQ {box.HighestModSeq}]"])
            Assert.Contains(client.Lines, line => line.Contains(code, StringComparison.Ordinal));
        MessageOperations.AssertKnowsAll(client);
    }

    public static async Task StatusAsync(ModelRun run, ModelClient client, Operation o)
    {
        ModelBox box = run.Box(o.First);
        await client.OkAsync($"STATUS {box.Name} (MESSAGES UIDNEXT UIDVALIDITY UNSEEN DELETED HIGHESTMODSEQ)");
        int unseen = box.Messages.Count - box.With("\\Seen").Count();
        Assert.Contains(client.Lines, line => line.EndsWith(
            $" (MESSAGES {box.Messages.Count} UIDNEXT {box.UidNext} UIDVALIDITY {box.UidValidity} UNSEEN {unseen} DELETED {box.With("\\Deleted").Count()} HIGHESTMODSEQ {box.HighestModSeq})", StringComparison.Ordinal));
    }

    public static async Task CreateAsync(ModelRun run, ModelClient client, Operation o)
    {
        string name = s_names[o.First % s_names.Length], end = await client.DoAsync($"CREATE {name}");
        Assert.StartsWith(run.Boxes.ContainsKey(name) ? "NO [ALREADYEXISTS]" : "OK", end, StringComparison.Ordinal);
        if (!run.Boxes.ContainsKey(name))
            await AddAsync(run, client, name);
    }

    public static async Task DeleteAsync(ModelRun run, ModelClient client, Operation o)
    {
        string name = s_names[o.First % s_names.Length], end = await client.DoAsync($"DELETE {name}");
        Assert.StartsWith(run.Boxes.ContainsKey(name) ? "OK" : "NO [NONEXISTENT]", end, StringComparison.Ordinal);
        if (!run.Boxes.Remove(name, out ModelBox? gone))
            return;
        gone.IsGone = true;
        if (client.Box == gone)
            client.Leave();
    }

    public static async Task RenameAsync(ModelRun run, ModelClient client, Operation o)
    {
        string from = run.Box(o.First).Name, to = s_names[o.Second % s_names.Length], end = await client.DoAsync($"RENAME {from} {to}");
        Assert.StartsWith(run.Boxes.ContainsKey(to) ? "NO [ALREADYEXISTS]" : "OK", end, StringComparison.Ordinal);
        if (run.Boxes.ContainsKey(to))
            return;
        ModelBox box = run.Boxes[from];
        if (from == "INBOX")
        {
            // its messages move, it stays
            ModelBox target = await AddAsync(run, client, to);
            foreach ((uint uid, ModelMessage message) in box.Messages)
                target.Messages.Add(uid, message with { ModSeq = 0 });
            target.UidNext = box.UidNext;
            box.Remove([.. box.Messages.Keys]);
            return;
        }
        run.Boxes.Remove(from);
        run.Boxes[to] = box;
        box.Name = to;
    }

    /// <summary>A mailbox that was made now has a UIDVALIDITY that none had before.</summary>
    private static async Task<ModelBox> AddAsync(ModelRun run, ModelClient client, string name)
    {
        await client.OkAsync($"STATUS {name} (UIDVALIDITY)");
        uint validity = uint.Parse(client.Lines.Select(static line => Validity().Match(line)).First(static match => match.Success).Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.True(validity > run.LastUidValidity, $"UIDVALIDITY {validity} after {run.LastUidValidity}");
        run.LastUidValidity = validity;
        return run.Boxes[name] = new(name, validity);
    }

    [GeneratedRegex(@"UIDVALIDITY (\d+)")]
    private static partial Regex Validity();
}

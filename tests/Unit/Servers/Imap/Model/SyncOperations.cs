using System.Text.RegularExpressions;
using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Unit.Servers.Imap.Model;

/// <summary>How clients learn what changed while they were away, or as it happens: CONDSTORE and QRESYNC (RFC 7162), IDLE.</summary>
internal static partial class SyncOperations
{
    /// <summary>A client with QRESYNC leaves its mailbox, or comes back to the one it left and is told what it missed, no more and no less.</summary>
    public static async Task ResyncAsync(ModelRun run, ModelClient client, Operation o)
    {
        await MessageOperations.SyncAsync(run, client);
        if (client.Box is { } leaving)
        {
            run.Left[o.Session] = (leaving, leaving.HighestModSeq, [.. leaving.Messages.Keys]);
            await client.OkAsync("UNSELECT");
            client.Leave();
        }
        else if (client.HasQresync && run.Left[o.Session] is { } left && run.Boxes.GetValueOrDefault(left.Box.Name) is { } box)
            await ComeBackAsync(client, box, left, namesKnown: o.First % 2 == 0 && left.Uids.Count > 0);
    }

    private static async Task ComeBackAsync(ModelClient client, ModelBox box, (ModelBox Box, long ModSeq, HashSet<uint> Uids) left, bool namesKnown)
    {
        await client.OkAsync($"SELECT {box.Name} (QRESYNC ({left.Box.UidValidity} {left.ModSeq}{(namesKnown ? " " + string.Join(',', left.Uids.Order()) : "")}))");
        (client.Box, client.IsReadOnly) = (box, false);
        bool isSame = box == left.Box;
        bool IsMeant(uint uid) => isSame && (!namesKnown || left.Uids.Contains(uid));
        Assert.Equal(box.Expunged.Where(gone => gone.ModSeq > left.ModSeq && IsMeant(gone.Uid)).Select(static gone => gone.Uid).Order(), client.VanishedEarlier.Order());
        Assert.Equal(box.Messages.Where(pair => pair.Value.ModSeq > left.ModSeq && IsMeant(pair.Key)).Select(static pair => pair.Key), Fetched(client));
        MessageOperations.AssertKnowsAll(client);
    }

    public static async Task ChangedSinceAsync(ModelRun run, ModelClient client, Operation o)
    {
        await MessageOperations.SyncAsync(run, client);
        ModelBox box = client.Box!;
        long since = box.Marks[^(1 + o.Second % box.Marks.Count)];
        await client.OkAsync($"UID FETCH 1:{box.UidNext} (FLAGS) (CHANGEDSINCE {since}{(client.HasQresync ? " VANISHED" : "")})");
        Assert.Equal(box.Messages.Where(pair => pair.Value.ModSeq > since).Select(static pair => pair.Key), Fetched(client));
        if (client.HasQresync)
            Assert.Equal(box.Expunged.Where(gone => gone.ModSeq > since).Select(static gone => gone.Uid).Order(), client.VanishedEarlier.Order());
    }

    /// <summary>Someone else changes the mailbox while the client idles.</summary>
    public static async Task IdleAsync(ModelRun run, ModelClient client, Operation o)
    {
        ModelBox box = client.Box!;
        MailboxId id = (await run.Host.Store.Mailboxes.FindAsync(Pop3.Pop3Host.Alice, box.Name, CancellationToken.None))!.Id;
        Uid? first = box.Messages.Count == 0 ? null : new(box.Messages.First().Key);
        await client.IdleAsync(async () =>
        {
            if (first is null || o.First % 3 == 0)
            {
                string subject = run.NextSubject();
                await run.Host.Store.Mailboxes.AppendAsync(id, await run.Host.Store.ContentAsync(ModelRun.Message(subject)), MessageFlags.None, DateTimeOffset.UnixEpoch, Quota.None, CancellationToken.None);
                box.Add(subject);
            }
            else if (o.First % 3 == 1)
            {
                await run.Host.Store.Mailboxes.StoreFlagsAsync(id, [first.Value], new(FlagChangeKind.Add, new(SystemFlags.Flagged, ["k2"])), CancellationToken.None);
                box.SetFlags(first.Value.Value, box.Messages[first.Value.Value].Flags.Union(["k2", "\\Flagged"]));
            }
            else
            {
                await run.Host.Store.Mailboxes.RemoveAsync(id, [first.Value], CancellationToken.None);
                box.Remove([first.Value.Value]);
            }
        }, () => client.View.Count == box.Messages.Count
            && client.View.TrueForAll(known => known.Uid == 0 || box.Messages.TryGetValue(known.Uid, out ModelMessage? message) && message.Flags.SetEquals(known.Flags!)));
        MessageOperations.AssertKnowsAll(client);
    }

    private static IEnumerable<uint> Fetched(ModelClient client) => client.Lines.Select(static line => Fetch().Match(line)).Where(static match => match.Success).Select(static match => ModelBox.Numbers(match.Groups[1].Value).First());

    [GeneratedRegex(@"^\* \d+ FETCH .*\bUID (\d+)")]
    private static partial Regex Fetch();
}

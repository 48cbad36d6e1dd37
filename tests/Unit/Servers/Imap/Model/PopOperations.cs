using DirMail.Unit.Servers.Pop3;

namespace DirMail.Unit.Servers.Imap.Model;

/// <summary>A POP3 session on INBOX: what it sees stays while others change it; what it marked goes at QUIT.</summary>
internal static class PopOperations
{
    public static async Task RunAsync(ModelRun run, Operation o)
    {
        ModelBox inbox = run.Boxes["INBOX"];
        await using Pop3Client pop = await run.Host.LogInAsync();
        uint[] uids = [.. inbox.Messages.Keys];
        IReadOnlyList<string> names = await NamesAsync(pop);
        Assert.Equal(uids.Select((uid, i) => $"{i + 1} {inbox.UidValidity}.{uid}"), names);
        int[] marked = uids.Length == 0 ? [] : [.. new[] { o.First % uids.Length, o.Second % uids.Length }.Distinct()];
        foreach (int index in marked)
            await pop.TalkAsync($"> DELE {index + 1}", "< +OK*");
        if (o.Third % 2 == 0)
            await MessageOperations.DeliverAsync(run);
        Assert.Equal(names.Where((_, i) => !marked.Contains(i)), await NamesAsync(pop));
        bool isKept = o.Third % 3 == 0;
        if (isKept)
            await pop.TalkAsync("> RSET", "< +OK*");
        await pop.TalkAsync("> QUIT", "< +OK*");
        if (!isKept)
            inbox.Remove(marked.Select(index => uids[index]));
    }

    public static async Task<IReadOnlyList<string>> NamesAsync(Pop3Client pop)
    {
        await pop.TalkAsync("> UIDL", "< +OK*");
        return await pop.LinesAsync();
    }
}

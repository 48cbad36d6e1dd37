using System.Globalization;
using System.Text;
using DirMail.Servers.Imap.Grammar;
using DirMail.Servers.Imap.Searching;

namespace DirMail.Servers.Imap.Commands;

/// <summary>SEARCH (RFC 9051 6.4.4), answered as SEARCH or ESEARCH (RFC 4731).</summary>
internal static class Search
{
    public static Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken) => RunAsync(session, arguments, byUid: false, cancellationToken);

    public static Task<Completion> UidAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken) => RunAsync(session, arguments, byUid: true, cancellationToken);

    private static async Task<Completion> RunAsync(ImapSession session, ImapReader arguments, bool byUid, CancellationToken cancellationToken)
    {
        SearchProgram program = SearchProgram.Read(arguments);
        if (!arguments.End())
            return Completion.Bad(arguments.Error);
        if (program.UnknownCharset)
            return Completion.No("[BADCHARSET (US-ASCII UTF-8)] charset not known");
        List<uint> found = await FindAsync(session, program.Key, byUid, cancellationToken);
        if (program.AsksModSeq)
            session.Enable(Extensions.Condstore);
        long? modSeq = program.AsksModSeq && found.Count > 0 ? HighestModSeq(session.Selected!, found, byUid) : null;
        session.Writer.Line(program.Return == SearchReturn.Plain ? Plain(found, modSeq) : Extended(session.Tag, program.Return, found, byUid, modSeq));
        return Completion.Ok("SEARCH completed");
    }

    private static async Task<List<uint>> FindAsync(ImapSession session, SearchKey key, bool byUid, CancellationToken cancellationToken)
    {
        SelectedMailbox box = session.Selected!;
        SearchMatch match = new(box, session.Services.Clock.GetUtcNow());
        List<uint> found = [];
        for (int i = 0; i < box.Count && !session.IsEnding; i++)
        {
            if (box.Gone.Contains(box[i].Uid))
                continue;
            if (match.Known(key, i) ?? await ReadAsync(session, match, key, i, cancellationToken))
                found.Add(byUid ? box[i].Uid.Value : (uint)i + 1);
        }
        return found;
    }

    private static async ValueTask<bool> ReadAsync(ImapSession session, SearchMatch match, SearchKey key, int index, CancellationToken cancellationToken)
    {
        SelectedMailbox box = session.Selected!;
        try
        {
            return await match.MatchesAsync(key, index, new(session.Mailboxes, box[index]), cancellationToken);
        }
        catch (IOException exception)
        {
            session.Services.Logger.Unreadable(exception, session.User!.Uid, box[index].Uid.Value, box.Id.Value);
            return false;
        }
    }

    private static long HighestModSeq(SelectedMailbox box, List<uint> found, bool byUid) =>
        found.Max(number => box[byUid ? box.IndexOf(new(number)) : (int)number - 1].ModSeq.Value);

    private static string Plain(List<uint> found, long? modSeq)
    {
        StringBuilder line = new("* SEARCH");
        foreach (uint number in found)
            line.Append(CultureInfo.InvariantCulture, $" {number}");
        if (modSeq is { } highest)
            line.Append(CultureInfo.InvariantCulture, $" (MODSEQ {highest})");
        return line.ToString();
    }

    private static string Extended(string tag, SearchReturn wanted, List<uint> found, bool byUid, long? modSeq)
    {
        StringBuilder line = new("* ESEARCH (TAG \"");
        line.Append(tag.Replace("\\", "\\\\", StringComparison.Ordinal)).Append("\")").Append(byUid ? " UID" : "");
        if (found.Count > 0 && wanted.HasFlag(SearchReturn.Min))
            line.Append(CultureInfo.InvariantCulture, $" MIN {found[0]}");
        if (found.Count > 0 && wanted.HasFlag(SearchReturn.Max))
            line.Append(CultureInfo.InvariantCulture, $" MAX {found[^1]}");
        if (found.Count > 0 && wanted.HasFlag(SearchReturn.All))
            UidSet.Append(line.Append(" ALL "), found);
        if (wanted.HasFlag(SearchReturn.Count))
            line.Append(CultureInfo.InvariantCulture, $" COUNT {found.Count}");
        if (modSeq is { } highest)
            line.Append(CultureInfo.InvariantCulture, $" MODSEQ {highest}");
        return line.ToString();
    }
}

using System.Globalization;
using System.Text;
using DirMail.Servers.Imap.Grammar;
using DirMail.Servers.Imap.Searching;

namespace DirMail.Servers.Imap.Commands;

/// <summary>SEARCH (RFC 9051 6.4.4), answered as SEARCH or ESEARCH (RFC 4731), or kept for "$" (RFC 5182).</summary>
internal static class Search
{
    public static Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken) => RunAsync(session, arguments, byUid: false, cancellationToken);

    public static Task<Completion> UidAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken) => RunAsync(session, arguments, byUid: true, cancellationToken);

    private static async Task<Completion> RunAsync(ImapSession session, ImapReader arguments, bool byUid, CancellationToken cancellationToken)
    {
        SearchProgram program = SearchProgram.Read(arguments);
        if (!arguments.End())
            return Completion.Bad(arguments.Error);
        SelectedMailbox box = session.Selected!;
        if (program.UnknownCharset && program.Return.HasFlag(SearchReturn.Save))
            box.Saved = [];
        if (program.UnknownCharset)
            return Completion.BadCharset;
        List<int>? found = null;
        try
        {
            found = await Found.ReadAsync(session, program.Key, cancellationToken);
        }
        finally
        {
            // a search that fails saves nothing (RFC 5182 2.1)
            if (found is null && program.Return.HasFlag(SearchReturn.Save))
                box.Saved = [];
        }
        List<int> named = Named(program.Return, found);
        if (program.AsksModSeq)
            session.Enable(Extensions.Condstore);
        if (program.Return.HasFlag(SearchReturn.Save))
            box.Saved = box.UidsOf(named);
        long? modSeq = program.AsksModSeq && named.Count > 0 ? named.Max(index => box[index].ModSeq.Value) : null;
        List<uint> numbers = [.. found.Select(index => byUid ? box[index].Uid.Value : (uint)index + 1)];
        SearchReturn wanted = program.Return == SearchReturn.Plain && session.Has(Extensions.Rev2) ? SearchReturn.All : program.Return;
        if (wanted == SearchReturn.Plain)
            session.Writer.Line(Plain(numbers, modSeq));
        else if (wanted != SearchReturn.Save)
            session.Writer.Line(Extended(session.Tag, wanted, numbers, byUid, modSeq));
        return Completion.Ok("SEARCH completed");
    }

    /// <summary>With MIN or MAX only that one is saved, and its MODSEQ told, unless ALL or COUNT are asked for, too (RFC 5182 2.1, RFC 4731 3.2).</summary>
    private static List<int> Named(SearchReturn wanted, List<int> found)
    {
        if (found.Count == 0 || (wanted & (SearchReturn.All | SearchReturn.Count)) != 0 || (wanted & (SearchReturn.Min | SearchReturn.Max)) == 0)
            return found;
        List<int> named = wanted.HasFlag(SearchReturn.Min) ? [found[0]] : [];
        if (wanted.HasFlag(SearchReturn.Max) && (named.Count == 0 || found.Count > 1))
            named.Add(found[^1]);
        return named;
    }

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

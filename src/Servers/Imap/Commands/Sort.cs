using System.Globalization;
using System.Text;
using DirMail.Mail.Mime;
using DirMail.Servers.Imap.Grammar;
using DirMail.Servers.Imap.Searching;
using DirMail.Servers.Imap.Sorting;

namespace DirMail.Servers.Imap.Commands;

/// <summary>SORT (RFC 5256), also by display names (RFC 5957).</summary>
internal static class Sort
{
    public static Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken) => RunAsync(session, arguments, byUid: false, cancellationToken);

    public static Task<Completion> UidAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken) => RunAsync(session, arguments, byUid: true, cancellationToken);

    private static async Task<Completion> RunAsync(ImapSession session, ImapReader arguments, bool byUid, CancellationToken cancellationToken)
    {
        arguments.Space();
        List<SortCriterion> criteria = SortCriterion.ReadAll(arguments);
        arguments.Space();
        if (!SearchProgram.TryReadLast(arguments, out SearchProgram program, out Completion refusal))
            return refusal;
        SelectedMailbox box = session.Selected!;
        List<int> found = await Found.ReadAsync(session, program.Key, cancellationToken);
        StringBuilder line = new("* SORT");
        foreach (int index in await SortAsync(session, found, criteria, cancellationToken))
            line.Append(CultureInfo.InvariantCulture, $" {(byUid ? box[index].Uid.Value : (uint)index + 1)}");
        if (program.AsksModSeq)
            session.Enable(Extensions.Condstore);
        if (program.AsksModSeq && found.Count > 0)
            line.Append(CultureInfo.InvariantCulture, $" (MODSEQ {found.Max(index => box[index].ModSeq.Value)})");
        session.Writer.Line(line.ToString());
        return Completion.Ok("SORT completed");
    }

    private static async Task<IEnumerable<int>> SortAsync(ImapSession session, List<int> found, List<SortCriterion> criteria, CancellationToken cancellationToken)
    {
        SelectedMailbox box = session.Selected!;
        List<(int Index, SortValue[] Values)> weighed = new(found.Count);
        void Weigh(int index, MessageEnvelope? envelope) => weighed.Add((index, [.. criteria.Select(criterion => SortValue.Of(criterion.Field, box[index], envelope))]));
        if (criteria.Exists(static criterion => criterion.NeedsEnvelope))
            await Envelopes.ReadAsync(session, found, Weigh, cancellationToken);
        else
            found.ForEach(index => Weigh(index, null));
        weighed.Sort((one, other) =>
        {
            for (int i = 0; i < criteria.Count; i++)
            {
                int order = one.Values[i].CompareTo(other.Values[i]);
                if (order != 0)
                    return criteria[i].Reverse ? -order : order;
            }
            return one.Index.CompareTo(other.Index);
        });
        return weighed.Select(static message => message.Index);
    }
}

using System.Text;
using DirMail.Servers.Imap.Grammar;
using DirMail.Servers.Imap.Searching;
using DirMail.Servers.Imap.Sorting;

namespace DirMail.Servers.Imap.Commands;

/// <summary>THREAD (RFC 5256) by subject or by references.</summary>
internal static class Thread
{
    public static Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken) => RunAsync(session, arguments, byUid: false, cancellationToken);

    public static Task<Completion> UidAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken) => RunAsync(session, arguments, byUid: true, cancellationToken);

    private static async Task<Completion> RunAsync(ImapSession session, ImapReader arguments, bool byUid, CancellationToken cancellationToken)
    {
        arguments.Space();
        string algorithm = arguments.Word();
        if (algorithm is not ("ORDEREDSUBJECT" or "REFERENCES"))
            arguments.Fail("expected ORDEREDSUBJECT or REFERENCES");
        arguments.Space();
        if (!SearchProgram.TryReadLast(arguments, out SearchProgram program, out Completion refusal))
            return refusal;
        SelectedMailbox box = session.Selected!;
        List<int> found = await Found.ReadAsync(session, program.Key, cancellationToken);
        List<ThreadNode> roots = algorithm == "REFERENCES" ? await ByReferencesAsync(session, found, cancellationToken) : await BySubjectAsync(session, found, cancellationToken);
        StringBuilder line = new(roots.Count > 0 ? "* THREAD " : "* THREAD");
        ThreadFormat.Append(line, roots, index => byUid ? box[index].Uid.Value : (uint)index + 1);
        session.Writer.Line(line.ToString());
        return Completion.Ok("THREAD completed");
    }

    private static async Task<List<ThreadNode>> ByReferencesAsync(ImapSession session, List<int> found, CancellationToken cancellationToken)
    {
        SelectedMailbox box = session.Selected!;
        ThreadTable table = new();
        await Envelopes.ReadAsync(session, found, (index, envelope) => table.Add(index, box[index], envelope), cancellationToken);
        return table.Build();
    }

    private static async Task<List<ThreadNode>> BySubjectAsync(ImapSession session, List<int> found, CancellationToken cancellationToken)
    {
        SelectedMailbox box = session.Selected!;
        List<ThreadNode> messages = new(found.Count);
        await Envelopes.ReadAsync(session, found, (index, envelope) => messages.Add(new()
        {
            Index = index,
            Sent = SentTime.Of(envelope, box[index]),
            Subject = BaseSubject.Of(envelope?.Subject),
        }), cancellationToken);
        return SubjectThreads.Build(messages);
    }
}

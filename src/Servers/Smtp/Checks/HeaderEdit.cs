using System.Text;
using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Servers.Smtp.Checks;

/// <summary>One field of a message's header that becomes another; "" takes it away.</summary>
internal sealed record HeaderEdit(HeaderField Field, string Text)
{
    private const int PieceOctets = 64 * 1024;

    /// <summary>A field that is not there is added, at the top of the header.</summary>
    public static (IReadOnlyList<HeaderEdit> Edits, string Added) OfChanges(HeaderBlock block, IReadOnlyList<FieldChange> changes)
    {
        var edits = new Dictionary<HeaderField, HeaderEdit>();
        string added = "";
        foreach (FieldChange change in changes)
        {
            HeaderField? field = block.Fields.Where(f => f.Name.Equals(change.Name, StringComparison.OrdinalIgnoreCase)).ElementAtOrDefault(Math.Max(0, change.Index - 1));
            string text = change.Value.Length == 0 ? "" : FieldText.Of(change.Name, change.Value);
            if (field is not null)
                edits[field] = new(field, text);
            else
                added += text;
        }
        return ([.. edits.Values], added);
    }

    /// <summary>The same message with the edits; the old content and the writer have ended then. Null: the disk failed.</summary>
    public static async Task<Content?> ApplyAsync(Content content, IEnumerable<HeaderEdit> edits, ContentWriter into, CancellationToken cancellationToken)
    {
        await using Content old = content;
        await using ContentWriter writer = into;
        int at = 0;
        foreach (HeaderEdit edit in edits.DistinctBy(static e => e.Field.Offset).OrderBy(static e => e.Field.Offset))
        {
            await writer.WriteAsync(old.Header[at..edit.Field.Offset], cancellationToken);
            await writer.WriteAsync(Encoding.UTF8.GetBytes(edit.Text), cancellationToken);
            at = edit.Field.Offset + edit.Field.Length;
        }
        var piece = new byte[PieceOctets];
        int read;
        for (long position = at; (read = await old.ReadAsync(position, piece, cancellationToken)) > 0; position += read)
            await writer.WriteAsync(piece.AsMemory(0, read), cancellationToken);
        return await writer.CompleteAsync(cancellationToken);
    }
}

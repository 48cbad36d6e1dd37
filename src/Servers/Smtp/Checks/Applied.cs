using DirMail.Mail;
using DirMail.Routing;
using DirMail.Store;

namespace DirMail.Servers.Smtp.Checks;

/// <summary>The message as it goes on after the checks, with the changes that filters want.</summary>
/// <param name="Content">Null: the disk failed.</param>
internal sealed record Applied(Content? Content, Envelope Envelope, string Fields)
{
    /// <summary>The content is taken over; most are handed back as they are.</summary>
    public static async Task<Applied> ToAsync(SmtpSession session, Content content, CheckReport report)
    {
        RoutingTable table = session.Services.Live.Current;
        FilterVerdict filter = report.Filter;
        IReadOnlyList<HeaderEdit> edits = [];
        string fields = report.Fields;
        if (filter.Changes.Count > 0)
        {
            (edits, string added) = HeaderEdit.OfChanges(HeaderBlock.Parse(content.Header.Span), filter.Changes);
            fields += added;
        }
        Envelope envelope = session.Transaction!.Envelope();
        if (filter.Added.Count > 0 || filter.Removed.Count > 0)
            envelope = envelope with
            {
                Recipients = [.. envelope.Recipients.Where(recipient => !filter.Removed.Any(recipient.Given.IsSameAs)),
                    .. filter.Added.Where(address => table.Resolve(address) is not Resolution.NotHosted).Select(static address => new EnvelopeRecipient(address))],
            };
        Content? kept = edits.Count == 0 ? content : await HeaderEdit.ApplyAsync(content, edits, session.Services.Store.NewContent(session.Transaction.Partition), CancellationToken.None);
        return new(kept, envelope, fields);
    }
}

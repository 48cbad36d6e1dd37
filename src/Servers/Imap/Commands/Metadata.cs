using System.Text;
using DirMail.Servers.Imap.Grammar;
using DirMail.Store;

namespace DirMail.Servers.Imap.Commands;

/// <summary>GETMETADATA and SETMETADATA (RFC 5464). The empty mailbox name is the account: there is nothing that users of a server share here.</summary>
internal static class Metadata
{
    private const int MaxEntries = 100;
    private const int MaxNameLength = 200;

    public static async Task<Completion> GetAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken)
    {
        arguments.Space();
        MetadataOptions options = MetadataOptions.Read(arguments);
        string name = arguments.MailboxName();
        arguments.Space();
        List<string> entries = ReadNames(arguments);
        if (!arguments.End())
            return Completion.Bad(arguments.Error);
        Mailbox? mailbox = null;
        if (name.Length > 0 && (mailbox = await session.Mailboxes.FindAsync(session.Account, name, cancellationToken)) is null)
            return Completion.NoSuchMailbox;
        IReadOnlyList<Annotation> kept = await session.Services.Store.Annotations.ListAsync(session.Account, mailbox?.Id, cancellationToken);
        List<Annotation> asked = [.. kept.Where(annotation => entries.Exists(entry => options.Reaches(entry, annotation.Name)))];
        List<Annotation> shown = [.. asked.Where(annotation => Encoding.UTF8.GetByteCount(annotation.Value!) <= options.MaxSize)];
        if (shown.Count > 0)
            Write(session, mailbox?.Name ?? "", shown);
        return shown.Count == asked.Count
            ? Completion.Ok("GETMETADATA completed")
            : Completion.Ok($"[METADATA LONGENTRIES {asked.Max(static annotation => Encoding.UTF8.GetByteCount(annotation.Value!))}] GETMETADATA completed");
    }

    public static async Task<Completion> SetAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken)
    {
        arguments.Space();
        string name = arguments.MailboxName();
        arguments.Space();
        List<Annotation> changes = ReadChanges(arguments);
        if (!arguments.End())
            return Completion.Bad(arguments.Error);
        if (changes.Exists(static change => change.Value is { } value && Encoding.UTF8.GetByteCount(value) > Annotations.MostOctets))
            return Completion.No($"[METADATA MAXSIZE {Annotations.MostOctets}] value too long");
        Mailbox? mailbox = null;
        if (name.Length > 0 && (mailbox = await session.Mailboxes.FindAsync(session.Account, name, cancellationToken)) is not { NoSelect: false })
            return Completion.NoSuchMailbox;
        return await session.Services.Store.Annotations.SetAsync(session.Account, mailbox?.Id, changes, cancellationToken) switch
        {
            AnnotationResult.Done => Completion.Ok("SETMETADATA completed"),
            AnnotationResult.MailboxGone => Completion.NoSuchMailbox,
            AnnotationResult.TooMany => Completion.No("[METADATA TOOMANY] too many entries"),
            _ => Completion.StoreUnavailable,
        };
    }

    private static void Write(ImapSession session, string mailbox, List<Annotation> annotations)
    {
        session.Writer.Raw("* METADATA "u8);
        session.Writer.MailboxName(mailbox);
        session.Writer.Raw(" ("u8);
        for (int i = 0; i < annotations.Count; i++)
        {
            if (i > 0)
                session.Writer.Space();
            session.Writer.String(annotations[i].Name);
            session.Writer.Space();
            session.Writer.String(annotations[i].Value!);
        }
        session.Writer.Raw(")\r\n"u8);
    }

    private static List<string> ReadNames(ImapReader arguments)
    {
        List<string> names = [];
        bool isList = arguments.Next == '(' && arguments.Open();
        do
            names.Add(ReadName(arguments));
        while (isList && arguments.Take(' ') && names.Count < MaxEntries && arguments.Ok);
        if (isList)
            arguments.Close();
        return names;
    }

    private static List<Annotation> ReadChanges(ImapReader arguments)
    {
        List<Annotation> changes = [];
        arguments.Open();
        do
        {
            string name = ReadName(arguments);
            arguments.Space();
            changes.Add(new(name, arguments.NString()));
        }
        while (arguments.Take(' ') && changes.Count < MaxEntries && arguments.Ok);
        arguments.Close();
        return changes;
    }

    /// <summary>"/private/..." or "/shared/...", printable ASCII without wildcards and empty levels (RFC 5464 3.2).</summary>
    private static string ReadName(ImapReader arguments)
    {
        string name = arguments.Astring();
        bool isNamed = name.StartsWith("/private/", StringComparison.OrdinalIgnoreCase) || name.StartsWith("/shared/", StringComparison.OrdinalIgnoreCase);
        if (!isNamed || name.Length > MaxNameLength || name.EndsWith('/') || name.Contains("//", StringComparison.Ordinal) || name.Any(static c => c is < ' ' or > '~' or '*' or '%'))
            arguments.Fail("expected an entry's name, /private/... or /shared/...");
        return name;
    }
}

using System.Text;
using DirMail.Servers.Imap.Grammar;
using DirMail.Servers.Imap.Sharing;
using DirMail.Store;

namespace DirMail.Servers.Imap.Commands;

/// <summary>GETMETADATA and SETMETADATA (RFC 5464): private entries for who may read the mailbox, shared ones for who may change its flags, too. The empty mailbox name is the account: there is nothing that users of a server share here.</summary>
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
        Folder? folder = null;
        if (name.Length > 0 && !Folder.Allows(folder = await session.Folders.FindAsync(name, cancellationToken), Rights.Lookup | Rights.Read, out Completion refusal))
            return refusal;
        IReadOnlyList<Annotation> kept = await KeptAsync(session, folder, cancellationToken);
        List<Annotation> asked = [.. kept.Where(annotation => entries.Exists(entry => options.Reaches(entry, annotation.Name)))];
        List<Annotation> shown = [.. asked.Where(annotation => Encoding.UTF8.GetByteCount(annotation.Value!) <= options.MaxSize)];
        if (shown.Count > 0)
            Write(session, folder?.Mailbox.Name ?? "", shown);
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
        Folder? folder = null;
        Rights needed = changes.Exists(IsShared) ? Rights.Lookup | Rights.WriteFlags : Rights.Lookup | Rights.Read;
        if (name.Length > 0 && !Folder.Allows(folder = await session.Folders.FindAsync(name, cancellationToken), needed, out Completion refusal))
            return refusal;
        if (folder is { Mailbox.NoSelect: true })
            return Completion.NoSuchMailbox;
        return await SetAsync(session, folder, changes, cancellationToken) switch
        {
            AnnotationResult.Done => Completion.Ok("SETMETADATA completed"),
            AnnotationResult.MailboxGone => Completion.NoSuchMailbox,
            AnnotationResult.UseNotPossible => Completion.UseNotPossible,
            AnnotationResult.TooMany => Completion.No("[METADATA TOOMANY] too many entries"),
            _ => Completion.StoreUnavailable,
        };
    }

    /// <summary>In somebody else's mailbox each reader has private entries of his own; shared ones are its owner's. A mailbox's use is shown as one (RFC 6154 5.4).</summary>
    private static async Task<IReadOnlyList<Annotation>> KeptAsync(ImapSession session, Folder? folder, CancellationToken cancellationToken)
    {
        Annotations annotations = session.Services.Store.Annotations;
        IReadOnlyList<Annotation> own = await annotations.ListAsync(session.Account, folder?.Id, cancellationToken);
        if (folder is { Mailbox.SpecialUse: { } use })
            own = [.. own, new(SpecialUses.Annotation, use)];
        return folder?.Reader is null ? own : [.. own.Where(static entry => !IsShared(entry)), .. (await annotations.ListAsync(folder.Owner, folder.Id, cancellationToken)).Where(IsShared)];
    }

    private static async Task<AnnotationResult> SetAsync(ImapSession session, Folder? folder, List<Annotation> changes, CancellationToken cancellationToken)
    {
        Annotations annotations = session.Services.Store.Annotations;
        if (folder?.Reader is null)
            return await annotations.SetAsync(session.Account, folder?.Id, changes, cancellationToken);
        AnnotationResult result = await annotations.SetAsync(folder.Owner, folder.Id, [.. changes.Where(IsShared)], cancellationToken);
        return result == AnnotationResult.Done ? await annotations.SetAsync(session.Account, folder.Id, [.. changes.Where(static change => !IsShared(change))], cancellationToken) : result;
    }

    private static bool IsShared(Annotation entry) => entry.Name.StartsWith("/shared/", StringComparison.OrdinalIgnoreCase);

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
            // a literal8 is a literal, here (RFC 5464 5)
            if (arguments.Take('~') && arguments.Next != '{')
                arguments.Fail("expected a literal");
            var change = new Annotation(name, arguments.NString());
            changes.Add(SpecialUses.IsIn(change) && change.Value is { } use ? change with { Value = SpecialUses.Find(use) ?? use } : change);
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

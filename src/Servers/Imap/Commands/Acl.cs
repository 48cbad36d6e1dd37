using DirMail.Mail;
using DirMail.Routing;
using DirMail.Servers.Imap.Format;
using DirMail.Servers.Imap.Grammar;
using DirMail.Servers.Imap.Sharing;
using DirMail.Store;

namespace DirMail.Servers.Imap.Commands;

/// <summary>SETACL, DELETEACL, GETACL, LISTRIGHTS and MYRIGHTS (RFC 4314 3). "-name" stands for rights that are taken away.</summary>
internal static class Acl
{
    private static readonly Completion s_unknown = Completion.No("[CANNOT] no such user or group in this domain");

    public static async Task<Completion> SetAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken)
    {
        arguments.Space();
        string name = arguments.MailboxName();
        string identifier = ReadIdentifier(arguments);
        arguments.Space();
        string letters = arguments.Astring();
        FlagChangeKind kind = letters.StartsWith('+') ? FlagChangeKind.Add : letters.StartsWith('-') ? FlagChangeKind.Remove : FlagChangeKind.Replace;
        if (RightsText.Parse(kind == FlagChangeKind.Replace ? letters : letters.AsSpan(1)) is not { } rights)
            return Completion.Bad("expected rights among lrswipkxteacd");
        return arguments.End() ? await ChangeAsync(session, name, identifier, kind, rights, "SETACL", cancellationToken) : Completion.Bad(arguments.Error);
    }

    public static async Task<Completion> DeleteAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken)
    {
        arguments.Space();
        string name = arguments.MailboxName();
        string identifier = ReadIdentifier(arguments);
        return arguments.End() ? await ChangeAsync(session, name, identifier, FlagChangeKind.Replace, Rights.None, "DELETEACL", cancellationToken) : Completion.Bad(arguments.Error);
    }

    public static async Task<Completion> GetAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken)
    {
        arguments.Space();
        string name = arguments.MailboxName();
        if (!arguments.End())
            return Completion.Bad(arguments.Error);
        Folder? folder = await session.Folders.FindAsync(name, cancellationToken);
        if (!Folder.Allows(folder, Rights.Administer, out Completion refusal))
            return refusal;
        AccessList list = await session.Services.Store.Access.ReadAsync(folder.Id, cancellationToken);
        session.Writer.Raw("* ACL "u8);
        session.Writer.MailboxName(folder.Mailbox.Name);
        foreach ((string identifier, Rights rights) in Shown(session, folder, list))
        {
            session.Writer.Space();
            session.Writer.String(identifier);
            WriteRights(session.Writer, rights);
        }
        session.Writer.EndLine();
        return Completion.Ok("GETACL completed");
    }

    public static async Task<Completion> ListRightsAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken)
    {
        arguments.Space();
        string name = arguments.MailboxName();
        string identifier = ReadIdentifier(arguments);
        if (!arguments.End())
            return Completion.Bad(arguments.Error);
        Folder? folder = await session.Folders.FindAsync(name, cancellationToken);
        if (!Folder.Allows(folder, Rights.Administer, out Completion refusal))
            return refusal;
        if (SubjectOf(session, identifier) is not { } subject)
            return s_unknown;
        Rights always = Always(session, folder, subject);
        session.Writer.Raw("* LISTRIGHTS "u8);
        session.Writer.MailboxName(folder.Mailbox.Name);
        session.Writer.Space();
        session.Writer.String(identifier);
        WriteRights(session.Writer, always);
        foreach (string right in RightsText.Each(Rights.All & ~always))
            session.Writer.Ascii($" {right}");
        session.Writer.EndLine();
        return Completion.Ok("LISTRIGHTS completed");
    }

    public static async Task<Completion> MyRightsAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken)
    {
        arguments.Space();
        string name = arguments.MailboxName();
        if (!arguments.End())
            return Completion.Bad(arguments.Error);
        if (await session.Folders.FindAsync(name, cancellationToken) is not { } folder || (folder.Rights & Folder.Known) == Rights.None)
            return Completion.NoSuchMailbox;
        WriteMyRights(session.Writer, folder);
        return Completion.Ok("MYRIGHTS completed");
    }

    /// <summary>Also for LIST RETURN (MYRIGHTS): RFC 8440.</summary>
    public static void WriteMyRights(ImapWriter writer, Folder folder)
    {
        writer.Raw("* MYRIGHTS "u8);
        writer.MailboxName(folder.Mailbox.Name);
        WriteRights(writer, folder.Rights);
        writer.EndLine();
    }

    private static async Task<Completion> ChangeAsync(ImapSession session, string name, string identifier, FlagChangeKind kind, Rights rights, string verb, CancellationToken cancellationToken)
    {
        Folder? folder = await session.Folders.FindAsync(name, cancellationToken);
        if (!Folder.Allows(folder, Rights.Administer, out Completion refusal))
            return refusal;
        if (SubjectOf(session, identifier) is not { } subject)
            return s_unknown;
        Rights before = subject != folder.Owner ? Rights.None : IsGroup(session, subject) ? Rights.Members : Rights.All;
        AccessChange change = new(subject, kind, rights, identifier.StartsWith('-'), before);
        return await session.Services.Store.Access.ChangeAsync(folder.Id, change, cancellationToken) switch
        {
            MailboxResult.NotAllowed => Completion.No("[LIMIT] too many identifiers for one mailbox"),
            MailboxResult.NotFound => Completion.Of(MailboxResult.NotAllowed, verb), // a name only
            var result => Completion.Of(result, verb),
        };
    }

    /// <summary>" name"; a name alone, or one after "-", is not enough (RFC 4314 3).</summary>
    private static string ReadIdentifier(ImapReader arguments)
    {
        arguments.Space();
        string identifier = arguments.Astring();
        if (identifier.TrimStart('-').Length == 0)
            arguments.Fail("expected an identifier");
        return identifier;
    }

    /// <summary>The owner first, also before anything was said of him.</summary>
    private static IEnumerable<(string Identifier, Rights Rights)> Shown(ImapSession session, Folder folder, AccessList list)
    {
        RoutingTable table = session.Services.Live.Current;
        if (table.FindDomain(session.User!.Domain) is not { } domain)
            yield break;
        AccessEntry owner = list.Find(folder.Owner) ?? new(folder.Owner, IsGroup(session, folder.Owner) ? Rights.Members : Rights.All, Rights.None);
        foreach (AccessEntry entry in list.Entries.Where(entry => entry.Subject != folder.Owner).Prepend(owner))
        {
            if (Identifiers.Of(table, domain, entry.Subject) is not { } name)
                continue;
            Rights granted = entry.Granted | Always(session, folder, entry.Subject);
            if (granted != Rights.None || entry.Denied == Rights.None)
                yield return (name, granted);
            if (entry.Denied != Rights.None)
                yield return ("-" + name, entry.Denied);
        }
    }

    private static Rights Always(ImapSession session, Folder folder, EntryId subject) => subject == folder.Owner && !IsGroup(session, subject) ? Rights.Owners : Rights.None;

    private static bool IsGroup(ImapSession session, EntryId entry) => session.Services.Live.Current.FindGroup(entry) is not null;

    private static EntryId? SubjectOf(ImapSession session, string identifier)
    {
        RoutingTable table = session.Services.Live.Current;
        string name = identifier.StartsWith('-') ? identifier[1..] : identifier;
        return table.FindDomain(session.User!.Domain) is { } domain ? Identifiers.Find(table, domain, name) : null;
    }

    private static void WriteRights(ImapWriter writer, Rights rights)
    {
        writer.Space();
        if (rights == Rights.None)
            writer.Raw("\"\""u8);
        else
            writer.Ascii(RightsText.Format(rights));
    }
}

using DirMail.Servers.Imap.Format;
using DirMail.Servers.Imap.Grammar;
using DirMail.Servers.Imap.Sharing;
using DirMail.Store;

namespace DirMail.Servers.Imap.Commands;

/// <summary>LIST with its extensions (RFC 9051 6.3.9, RFC 5258, RFC 5819, RFC 6154, RFC 8440).</summary>
internal static class List
{
    private static ReadOnlySpan<byte> s_subscribedBelow => " (CHILDINFO (\"SUBSCRIBED\"))"u8;

    public static async Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken)
    {
        ListRequest request = ListRequest.Read(arguments);
        if (!arguments.End())
            return Completion.Bad(arguments.Error);
        if (request.AsksForDelimiter)
        {
            session.Writer.Line("* LIST (\\Noselect) \"/\" \"\"");
            return Completion.Ok("LIST completed");
        }
        IReadOnlyList<Folder> all = await session.Folders.ListAsync(cancellationToken);
        List<string> missing = request.OnlySubscribed ? [.. await session.Folders.MissingSubscriptionsAsync(all, cancellationToken)] : [];
        foreach (Folder folder in all)
        {
            Mailbox mailbox = folder.Mailbox;
            if (!request.Matches(mailbox.Name))
                continue;
            bool subscribedBelow = request.RecursiveMatch && SubscribedBelow(all, missing, mailbox.Name);
            if (request.OnlySubscribed && !mailbox.Subscribed && !subscribedBelow || request.OnlySpecialUse && mailbox.SpecialUse is null)
                continue;
            Write(session.Writer, mailbox, request, subscribedBelow);
            if (request.StatusItems is { } items && !mailbox.NoSelect && folder.Rights.HasFlag(Rights.Read))
                await Status.WriteAsync(session, folder, items, cancellationToken);
            if (request.ShowRights && (folder.Rights & Folder.Known) != Rights.None)
                Acl.WriteMyRights(session.Writer, folder);
            if (!await session.FlushSomeAsync(cancellationToken))
                break;
        }
        if (request is { OnlySubscribed: true, OnlySpecialUse: false })
            WriteMissing(session.Writer, request, all, missing);
        return Completion.Ok("LIST completed");
    }

    /// <summary>All that is subscribed to is listed, also what is not there (RFC 9051 6.3.9.1); and with RECURSIVEMATCH what is not there above it (RFC 5258 3.5).</summary>
    private static void WriteMissing(ImapWriter writer, ListRequest request, IReadOnlyList<Folder> all, List<string> missing)
    {
        IEnumerable<string> above = request.RecursiveMatch ? missing.SelectMany(Folders.Above).Except(all.Select(static folder => folder.Mailbox.Name)) : [];
        foreach (string name in missing.Union(above).Where(request.Matches).Order(StringComparer.Ordinal))
        {
            writer.Raw(missing.Contains(name) ? "* LIST (\\NonExistent \\Subscribed) \"/\" "u8 : "* LIST (\\NonExistent) \"/\" "u8);
            writer.MailboxName(name);
            if (request.RecursiveMatch && SubscribedBelow(all, missing, name))
                writer.Raw(s_subscribedBelow);
            writer.EndLine();
        }
    }

    private static bool SubscribedBelow(IReadOnlyList<Folder> all, List<string> missing, string parent)
    {
        string prefix = parent + "/";
        return all.Any(folder => folder.Mailbox.Subscribed && folder.Mailbox.Name.StartsWith(prefix, StringComparison.Ordinal))
            || missing.Exists(name => name.StartsWith(prefix, StringComparison.Ordinal));
    }

    /// <summary>As SELECT tells it (RFC 9051 6.3.2).</summary>
    public static void Write(ImapWriter writer, Mailbox mailbox) => Write(writer, mailbox, request: null, subscribedBelow: false);

    private static void Write(ImapWriter writer, Mailbox mailbox, ListRequest? request, bool subscribedBelow)
    {
        writer.Raw("* LIST ("u8);
        if (mailbox.NoSelect)
            writer.Raw("\\Noselect "u8);
        writer.Raw(mailbox.HasChildren ? "\\HasChildren"u8 : "\\HasNoChildren"u8);
        if (request is { ShowSubscribed: true } && mailbox.Subscribed)
            writer.Raw(" \\Subscribed"u8);
        if (mailbox.SpecialUse is { } use)
            writer.Ascii($" {use}");
        writer.Raw(") \"/\" "u8);
        writer.MailboxName(mailbox.Name);
        if (subscribedBelow)
            writer.Raw(s_subscribedBelow);
        writer.EndLine();
    }
}

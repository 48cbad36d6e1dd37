using DirMail.Servers.Imap.Grammar;
using DirMail.Servers.Imap.Sharing;
using DirMail.Store;

namespace DirMail.Servers.Imap.Commands;

/// <summary>RFC 9051 6.3.4, with a special use (RFC 6154 3). A "/" at the end only announces that there will be mailboxes below.</summary>
internal static class Create
{
    public static async Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken)
    {
        arguments.Space();
        string name = arguments.MailboxName();
        string? use = ReadUse(arguments);
        if (!arguments.End())
            return Completion.Bad(arguments.Error);
        if (use is not null && !SpecialUses.Known.Contains(use))
            return Completion.UseNotPossible;
        if (name == "INBOX")
            return Completion.Of(MailboxResult.AlreadyExists, "CREATE"); // the store makes it when it is first asked for
        name = name.EndsWith('/') ? name[..^1] : name;
        FolderOwner? owner = session.Folders.OwnerOf(name);
        if (owner is null && Namespaces.Holds(name) || !await session.Folders.MayCreateAsync(owner, name, cancellationToken))
            return Completion.NoPermission;
        if (use is not null && owner is not null)
            return Completion.UseNotPossible;
        MailboxResult result = await session.Mailboxes.CreateAsync(owner?.Id ?? session.Account, owner?.ToOwn(name) ?? name, use, cancellationToken);
        if (result != MailboxResult.Done)
            return Completion.Of(result, "CREATE");
        Folder? made = await session.Folders.FindAsync(name, cancellationToken);
        return Completion.Ok(made is null ? "CREATE completed" : $"[MAILBOXID ({ObjectId.Of(made.Id)})] CREATE completed");
    }

    /// <summary>"(USE (\Sent))" (RFC 6154 3); null when it is not there. Empty for what cannot be: more than one, or not one of RFC 6154.</summary>
    private static string? ReadUse(ImapReader arguments)
    {
        if (arguments.AtEnd || !arguments.Take(' ') || arguments.Next != '(')
            return null;
        arguments.Open();
        if (arguments.Word() != "USE")
            arguments.Fail("expected USE");
        arguments.Space();
        arguments.Open();
        List<string> uses = [];
        while (arguments.Ok && arguments.Next != ')')
        {
            arguments.Expect('\\');
            uses.Add(arguments.Word());
            arguments.Take(' ');
        }
        arguments.Close();
        arguments.Close();
        return uses switch
        {
            [] => null,
            [string use] => SpecialUses.Find("\\" + use) ?? "",
            _ => "",
        };
    }
}

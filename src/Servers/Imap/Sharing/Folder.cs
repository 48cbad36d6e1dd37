using System.Diagnostics.CodeAnalysis;
using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Servers.Imap.Sharing;

/// <summary>A mailbox as the session's user reaches it.</summary>
/// <param name="Mailbox">With the name that it has here.</param>
/// <param name="Reader">The user, in a mailbox of somebody else; null: its owner.</param>
internal sealed record Folder(Mailbox Mailbox, EntryId Owner, Rights Rights, EntryId? Reader)
{
    /// <summary>Any of them lets MYRIGHTS answer (RFC 4314 4).</summary>
    public const Rights Known = Rights.Lookup | Rights.Read | Rights.Insert | Rights.CreateBelow | Rights.DeleteMailbox | Rights.Administer;

    public MailboxId Id => Mailbox.Id;

    public Perspective View => new(Id, Reader);

    /// <summary>The mailbox that every account has: nobody else moves it away.</summary>
    public bool IsInbox { get; init; }

    /// <summary>Flags that the user may change there.</summary>
    public FlagScope Flags => FlagRights.Of(Rights);

    /// <summary>Whether the user has these rights there. Who may not even know of it is answered as if it were not there (RFC 4314 6).</summary>
    public static bool Allows([NotNullWhen(true)] Folder? folder, Rights needed, out Completion refusal)
    {
        refusal = folder?.Rights.HasFlag(Rights.Lookup) == true ? Completion.NoPermission : Completion.NoSuchMailbox;
        return folder is not null && (folder.Rights & needed) == needed;
    }

    /// <summary>The same for where messages are to go: the client is told to make what is not there.</summary>
    public static bool Takes([NotNullWhen(true)] Folder? folder, out Completion refusal)
    {
        if (Allows(folder, Rights.Insert, out refusal) && !folder.Mailbox.NoSelect)
            return true;
        if (refusal == Completion.NoSuchMailbox || folder is { Mailbox.NoSelect: true })
            refusal = Completion.TryCreate;
        return false;
    }
}

using DirMail.Mail;

namespace DirMail.Store;

/// <summary>A mailbox as one person sees it: \Seen is a reader's own in a mailbox of somebody else.</summary>
/// <param name="Reader">Null: its owner, whose \Seen is the entry's.</param>
public readonly record struct Perspective(MailboxId Mailbox, EntryId? Reader)
{
    public static implicit operator Perspective(MailboxId mailbox) => new(mailbox, null);
}

using System.Collections.Immutable;
using DirMail.Mail;

namespace DirMail.Store;

/// <summary>Rights given to somebody, and rights taken away ("-identifier") whoever else gives them.</summary>
/// <param name="Subject">The entry of a user, of a group, or of a domain: everyone in it ("anyone").</param>
public sealed record AccessEntry(EntryId Subject, Rights Granted, Rights Denied);

/// <summary>Who may do what with one mailbox.</summary>
public sealed record AccessList(ImmutableArray<AccessEntry> Entries)
{
    public static AccessList Empty { get; } = new([]);

    /// <summary>
    /// What a user may do: all that is given to the user, to a group that he is in or to his domain, without what is taken away from one of these. An owner has everything, unless his own entry says
    /// less, and what <see cref="Rights.Owners"/> says whatever it says; members of a group that owns the mailbox have <see cref="Rights.Members"/> until the group has an entry.
    /// </summary>
    /// <param name="circles">Groups that the user is in, and his domain.</param>
    /// <param name="owner">A user or a group.</param>
    public Rights RightsOf(EntryId user, IReadOnlyCollection<EntryId> circles, EntryId owner)
    {
        if (user == owner)
            return (Find(owner) is { } own ? own.Granted & ~own.Denied : Rights.All) | Rights.Owners;
        Rights granted = circles.Contains(owner) && Find(owner) is null ? Rights.Members : Rights.None;
        Rights denied = Rights.None;
        foreach (AccessEntry entry in Entries)
        {
            if (entry.Subject != user && !circles.Contains(entry.Subject))
                continue;
            granted |= entry.Granted;
            denied |= entry.Denied;
        }
        return granted & ~denied;
    }

    public AccessEntry? Find(EntryId subject) => Entries.FirstOrDefault(entry => entry.Subject == subject);
}

/// <summary>A change of one subject's rights.</summary>
/// <param name="IsDenial">Of those taken away, not of those given.</param>
/// <param name="Before">What the subject has as long as the list does not name it.</param>
public sealed record AccessChange(EntryId Subject, FlagChangeKind Kind, Rights Rights, bool IsDenial, Rights Before);

/// <summary>A mailbox of somebody else.</summary>
/// <param name="Mailbox">With the name that its owner knows it by.</param>
public sealed record SharedMailbox(Mailbox Mailbox, EntryId Owner, AccessList Access);

using DirMail.Mail;

namespace DirMail.Routing;

/// <summary>An account with mail whose entry is gone.</summary>
/// <param name="Name">"uid@domain", in lower case, the domain by its canonical name; of a group with its name in place of the uid.</param>
public sealed record FormerAccount(string Name, EntryId Entry, bool IsGroup = false);

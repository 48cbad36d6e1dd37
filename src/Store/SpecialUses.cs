using System.Collections.Immutable;

namespace DirMail.Store;

/// <summary>What a mailbox can be there for (RFC 6154 2), with the backslash. \All and \Flagged would be views of other mailboxes: there are none.</summary>
public static class SpecialUses
{
    public static readonly ImmutableArray<string> Known = ["\\Archive", "\\Drafts", "\\Junk", "\\Sent", "\\Trash"];
}

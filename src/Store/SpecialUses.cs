using System.Collections.Immutable;

namespace DirMail.Store;

/// <summary>What a mailbox can be there for (RFC 6154 2), with the backslash. \All and \Flagged would be views of other mailboxes: there are none.</summary>
public static class SpecialUses
{
    public static readonly ImmutableArray<string> Known = ["\\Archive", "\\Drafts", "\\Junk", "\\Sent", "\\Trash"];

    /// <summary>Name of the annotation that shows a mailbox's use, and sets it (RFC 6154 5.4).</summary>
    public const string Annotation = "/private/specialuse";

    public static bool IsIn(Annotation annotation) => annotation.Name.Equals(Annotation, StringComparison.OrdinalIgnoreCase);

    /// <summary>Null: it is none of those.</summary>
    public static string? Find(string use) => Known.FirstOrDefault(known => known.Equals(use, StringComparison.OrdinalIgnoreCase));
}

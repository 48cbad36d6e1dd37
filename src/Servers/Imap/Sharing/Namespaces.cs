namespace DirMail.Servers.Imap.Sharing;

/// <summary>Where mailboxes of others stand in the tree of names (RFC 2342). The personal namespace has no prefix.</summary>
internal static class Namespaces
{
    /// <summary>"Other Users/uid/mailbox".</summary>
    public const string Users = "Other Users";

    /// <summary>"Shared/group" and what is below it.</summary>
    public const string Groups = "Shared";

    /// <summary>Names in which nobody has mailboxes of his own, but for those that stood there before.</summary>
    public static bool Holds(string name) => IsWithin(name, Users) || IsWithin(name, Groups);

    public static bool IsWithin(string name, string root) => name.StartsWith(root, StringComparison.Ordinal) && (name.Length == root.Length || name[root.Length] == '/');
}

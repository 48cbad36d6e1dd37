using DirMail.Ldap.Tree.Access;

namespace DirMail.Ldap.Tree.Changes;

/// <summary>For the matchedDN of an answer noSuchObject.</summary>
internal static class Superiors
{
    /// <summary>The nearest existing entry above a name that the requester may learn of; empty when there is none.</summary>
    public static string Nearest(Dn dn, TreeSnapshot snapshot, AccessCheck access)
    {
        for (Dn? above = dn.Parent; above is { IsRoot: false }; above = above.Parent)
            if (snapshot.Entry(above) is { } entry)
                return access.May(AccessRight.Disclose, entry, AccessCheck.Entry) ? entry.Dn.Text : "";
        return "";
    }
}

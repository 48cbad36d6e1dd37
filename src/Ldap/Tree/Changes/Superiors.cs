using DirMail.Ldap.Tree.Access;

namespace DirMail.Ldap.Tree.Changes;

/// <summary>What is told when the entry of a name is not there.</summary>
internal static class Superiors
{
    /// <summary>For a write: noSuchObject with the nearest name, or that the name is in none of the naming contexts.</summary>
    public static LdapResult NotThere(Dn dn, WriteContext context) => context.Before.RootOf(dn.Normal) is null && context.Before.Roots.Count > 0
        ? new LdapResult(LdapResultCode.UnwillingToPerform, "", "no global superior knowledge")
        : new LdapResult(LdapResultCode.NoSuchObject, Nearest(dn, context.Before, context.Access));

    /// <summary>The nearest existing entry above a name that the requester may learn of; empty when there is none.</summary>
    public static string Nearest(Dn dn, TreeSnapshot snapshot, AccessCheck access)
    {
        for (Dn? above = dn.Parent; above is { IsRoot: false }; above = above.Parent)
            if (snapshot.Entry(above) is { } entry)
                return access.May(AccessRight.Disclose, entry, AccessCheck.Entry) ? entry.Dn.Text : "";
        return "";
    }
}

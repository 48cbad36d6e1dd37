using DirMail.Ldap.Ldif;
using DirMail.Ldap.Tree.Access;

namespace DirMail.Ldap.Tree.Changes;

/// <summary>RFC 4511 4.8: leaves only.</summary>
internal static class DeleteEntry
{
    public static WriteOutcome Stage(WriteContext context, Dn dn)
    {
        if (context.Before.Find(dn) is not { } node)
            return WriteOutcome.Refuse(LdapResultCode.NoSuchObject, "", Superiors.Nearest(dn, context.Before, context.Access));
        TreeEntry? parent = context.Before.Entry(TreeSnapshot.Above(dn.Normal));
        if ((parent is not null && !context.Access.May(AccessRight.Write, parent, AccessCheck.Children))
            || !context.Access.May(AccessRight.Write, node.Entry, AccessCheck.Entry))
            return new WriteOutcome.Refused(context.Access.Refusal(node.Entry));
        if (!node.Children.IsEmpty)
            return WriteOutcome.Refuse(LdapResultCode.NotAllowedOnNonLeaf, "subordinate objects must be deleted first");
        return new WriteOutcome.Staged(context.Before.Remove(node.Entry, context.Schema), [new TreeChange(node.Entry, null)], [new LdifRecord.Delete(node.Entry.Dn)]);
    }
}

using DirMail.Ldap.Ldif;
using DirMail.Ldap.Tree.Access;
using DirMail.Ldap.Tree.Schema;

namespace DirMail.Ldap.Tree.Changes;

/// <summary>RFC 4511 4.8: leaves only.</summary>
internal static class DeleteEntry
{
    public static WriteOutcome Stage(WriteContext context, Dn given)
    {
        if (SchemaNames.Canonical(given, context.Schema) is not { } dn)
            return WriteOutcome.Refuse(LdapResultCode.InvalidDnSyntax, "invalid DN");
        if (context.Before.Find(dn) is not { } node)
            return new WriteOutcome.Refused(Superiors.NotThere(dn, context));
        TreeEntry? parent = context.Before.Entry(TreeSnapshot.Above(dn.Normal));
        // nobody has rights above a naming context: it goes with its files only
        if (!(parent is null ? context.Access.Requester.IsProgram : context.Access.May(AccessRight.Write, parent, AccessCheck.Children))
            || !context.Access.May(AccessRight.Write, node.Entry, AccessCheck.Entry))
            return new WriteOutcome.Refused(context.Access.Refusal(node.Entry));
        if (!node.Children.IsEmpty)
            return WriteOutcome.Refuse(LdapResultCode.NotAllowedOnNonLeaf, "subordinate objects must be deleted first");
        return new WriteOutcome.Staged(context.Before.Remove(node.Entry, context.Schema), [new TreeChange(node.Entry, null)], [new LdifRecord.Delete(node.Entry.Dn)]);
    }
}

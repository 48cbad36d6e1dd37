using DirMail.Ldap.Ldif;

namespace DirMail.Ldap.Tree.Changes;

/// <summary>Many records as one write: all or none.</summary>
internal static class LoadRecords
{
    /// <summary>The record that was refused and why, or the whole as one staged write.</summary>
    public static (LdifRecord? Faulty, WriteOutcome Outcome) Stage(WriteContext context, IReadOnlyList<LdifRecord> records)
    {
        var changes = new List<TreeChange>(records.Count);
        var written = new List<LdifRecord>(records.Count);
        foreach (LdifRecord record in records)
        {
            WriteOutcome outcome = Stage(context, record);
            if (outcome is not WriteOutcome.Staged staged)
                return (record, outcome);
            context = context with { Before = staged.After };
            changes.AddRange(staged.Changes);
            written.AddRange(staged.Records);
        }
        return (null, new WriteOutcome.Staged(context.Before, changes, written));
    }

    private static WriteOutcome Stage(WriteContext context, LdifRecord record) => record switch
    {
        LdifRecord.Content content => AddEntry.Stage(context, content.Dn, content.Attributes),
        LdifRecord.Add add => AddEntry.Stage(context, add.Dn, add.Attributes),
        LdifRecord.Modify modify => ModifyEntry.Stage(context, modify.Dn, modify.Changes),
        LdifRecord.Delete delete => DeleteEntry.Stage(context, delete.Dn),
        LdifRecord.ModifyDn rename => RenameEntry.Stage(context, rename.Dn, new NewName(rename.NewRdn, rename.DeleteOldRdn, rename.NewSuperior)),
        _ => WriteOutcome.Refuse(LdapResultCode.ProtocolError, "unknown kind of record"),
    };
}

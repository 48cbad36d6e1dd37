using System.Globalization;
using DirMail.Ldap.Ldif;
using DirMail.Ldap.Tree.Access;
using DirMail.Ldap.Tree.Schema;

namespace DirMail.Ldap.Tree.Changes;

/// <summary>What a write is checked and made against: the newest state (also what is staged but not yet synced), the rights, the number of this change.</summary>
internal sealed record WriteContext(TreeSnapshot Before, DirectorySchema Schema, AccessCheck Access, string Csn, DateTimeOffset Now)
{
    public string Timestamp => Now.UtcDateTime.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture) + "Z";

    public string Writer => Access.Requester.Name?.Text ?? "";
}

/// <summary>One entry before and after a change; null before an add, null after a delete.</summary>
internal sealed record TreeChange(TreeEntry? Before, TreeEntry? After)
{
    /// <summary>Number in the order of changes since the process started; set when staged.</summary>
    public long Sequence { get; init; }

    public string Csn { get; init; } = "";

    public Guid Uuid => (After ?? Before)!.Uuid;
}

/// <summary>What a write came to: refused, or a next state with its changes and the LDIF change records that lead there.</summary>
internal abstract record WriteOutcome
{
    private WriteOutcome() { }

    public sealed record Refused(LdapResult Result) : WriteOutcome;

    public sealed record Staged(TreeSnapshot After, IReadOnlyList<TreeChange> Changes, IReadOnlyList<LdifRecord> Records) : WriteOutcome;

    public static WriteOutcome Refuse(LdapResultCode code, string message = "", string matched = "") => new Refused(new LdapResult(code, matched, message));
}

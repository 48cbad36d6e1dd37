using System.Text;

namespace DirMail.Ldap.Tree.Sync;

/// <summary>Where a consumer stands: which tree (the entryUUID of its first root) and the last change it has. Opaque to clients (RFC 4533 2.1.2).</summary>
internal sealed record SyncCookie(Guid Tree, string Csn)
{
    public byte[] Octets => Encoding.ASCII.GetBytes($"tree={Tree:D},csn={Csn}");

    public static SyncCookie Of(TreeSnapshot snapshot) =>
        new(snapshot.Roots.Count > 0 ? snapshot.Entry(snapshot.Roots[0])!.Uuid : Guid.Empty, snapshot.Csn);

    public static SyncCookie? Read(byte[] octets)
    {
        string[] parts = Encoding.Latin1.GetString(octets).Split(',');
        return parts.Length == 2 && parts[0].StartsWith("tree=", StringComparison.Ordinal) && parts[1].StartsWith("csn=", StringComparison.Ordinal)
            && Guid.TryParseExact(parts[0][5..], "D", out Guid tree) ? new(tree, parts[1][4..]) : null;
    }
}

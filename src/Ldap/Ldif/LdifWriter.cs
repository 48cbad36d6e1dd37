using System.Buffers;
using System.Text;

namespace DirMail.Ldap.Ldif;

/// <summary>
/// Writes LDIF (RFC 2849): one line a value, never folded, base64 where the value is no safe string. Lines end with LF whatever the system.
/// Does not flush and does not own the file.
/// </summary>
public sealed class LdifWriter(TextWriter file)
{
    private static readonly SearchValues<byte> Safe = SearchValues.Create([.. Enumerable.Range(1, 127).Where(o => o is not ('\n' or '\r')).Select(o => (byte)o)]);

    /// <summary>Stands before the first record.</summary>
    public void WriteVersion() => file.Write("version: 1\n\n");

    public void WriteComment(string text)
    {
        foreach (Range line in text.AsSpan().Split('\n'))
            file.Write($"# {text.AsSpan(line).TrimEnd('\r')}\n");
    }

    /// <summary>The record and the blank line that ends it.</summary>
    public void Write(LdifRecord record)
    {
        WriteValue("dn", record.Dn.Text);
        switch (record)
        {
            case LdifRecord.Content content:
                WriteAttributes(content.Attributes);
                break;
            case LdifRecord.Add add:
                WriteValue("changetype", "add");
                WriteAttributes(add.Attributes);
                break;
            case LdifRecord.Modify modify:
                WriteChanges(modify);
                break;
            case LdifRecord.Delete:
                WriteValue("changetype", "delete");
                break;
            case LdifRecord.ModifyDn rename:
                WriteModifyDn(rename);
                break;
        }
        file.Write('\n');
    }

    private void WriteChanges(LdifRecord.Modify modify)
    {
        WriteValue("changetype", "modify");
        foreach (LdapChange change in modify.Changes)
        {
            WriteValue(change.Kind.ToString().ToLowerInvariant(), change.Attribute.Description);
            WriteAttributes([change.Attribute]);
            file.Write("-\n");
        }
    }

    private void WriteModifyDn(LdifRecord.ModifyDn rename)
    {
        WriteValue("changetype", "modrdn");
        WriteValue("newrdn", rename.NewRdn.Text);
        WriteValue("deleteoldrdn", rename.DeleteOldRdn ? "1" : "0");
        if (rename.NewSuperior is not null)
            WriteValue("newsuperior", rename.NewSuperior.Text);
    }

    private void WriteAttributes(IReadOnlyList<LdapAttribute> attributes)
    {
        foreach (LdapAttribute attribute in attributes)
            foreach (byte[] value in attribute.Values)
                WriteValue(attribute.Description, value);
    }

    private void WriteValue(string name, string value) => WriteValue(name, Encoding.UTF8.GetBytes(value));

    private void WriteValue(string name, byte[] value)
    {
        file.Write(name);
        if (IsSafe(value))
        {
            file.Write(value.Length == 0 ? ":" : ": ");
            file.Write(Encoding.ASCII.GetString(value));
        }
        else
        {
            file.Write(":: ");
            file.Write(Convert.ToBase64String(value));
        }
        file.Write('\n');
    }

    /// <summary>SAFE-STRING of RFC 2849; a blank at the end, which it allows but eyes do not see, is encoded too (note 8).</summary>
    private static bool IsSafe(byte[] value) =>
        value.Length == 0 || (value[0] is not ((byte)' ' or (byte)':' or (byte)'<') && value[^1] != ' ' && !value.AsSpan().ContainsAnyExcept(Safe));
}

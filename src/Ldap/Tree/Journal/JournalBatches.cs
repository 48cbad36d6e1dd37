using System.Security.Cryptography;
using System.Text;
using DirMail.Ldap.Ldif;
using DirMail.Ldap.Tree.Changes;

namespace DirMail.Ldap.Tree.Journal;

/// <summary>
/// The text form of the journal: batches of LDIF change records. "# csn" stands before the records of one write, "# end" with a checksum of everything since
/// the last such line closes the batch that was synced at once.
/// </summary>
internal static class JournalBatches
{
    private const string CsnMark = "# csn ";
    private const string EndMark = "# end ";
    private static readonly byte[] s_endMark = Encoding.ASCII.GetBytes("\n" + EndMark);

    public static byte[] Write(IReadOnlyList<JournalUnit> units)
    {
        var text = new StringWriter { NewLine = "\n" };
        var ldif = new LdifWriter(text);
        foreach (JournalUnit unit in units)
        {
            text.Write($"{CsnMark}{unit.Csn}\n");
            foreach (LdifRecord record in unit.Records)
                ldif.Write(record);
        }
        byte[] body = Encoding.UTF8.GetBytes(text.ToString());
        return [.. body, .. Encoding.ASCII.GetBytes($"{EndMark}{Checksum(body)}\n\n")];
    }

    /// <summary>
    /// Splits a journal's octets after its header into whole batches. What follows the last whole one is a torn tail, from octet <paramref name="whole"/> on.
    /// </summary>
    /// <param name="damagedAt">Octet of a batch whose checksum is wrong although another follows: not a torn tail but damage; -1 when there is none.</param>
    public static List<Range> Split(ReadOnlySpan<byte> octets, int start, out int whole, out int damagedAt)
    {
        var batches = new List<Range>();
        whole = start;
        damagedAt = -1;
        while (octets[whole..].IndexOf(s_endMark) is var found and >= 0)
        {
            int bodyEnd = whole + found + 1;
            int lineEnd = octets[bodyEnd..].IndexOf("\n\n"u8);
            bool isWhole = lineEnd >= 0 && Encoding.ASCII.GetString(octets.Slice(bodyEnd, lineEnd)) == EndMark + Checksum(octets[whole..bodyEnd]);
            if (!isWhole)
            {
                if (octets[(bodyEnd + 1)..].IndexOf(s_endMark) >= 0)
                    damagedAt = whole;
                break;
            }
            batches.Add(new Range(whole, bodyEnd));
            whole = bodyEnd + lineEnd + 2;
        }
        return batches;
    }

    /// <summary>The records of one batch, each with the CSN of its write; lines counted from <paramref name="firstLine"/>.</summary>
    public static IEnumerable<(string Csn, LdifItem Item, int Line)> Records(string batch, int firstLine)
    {
        int line = firstLine;
        foreach (string part in batch.Split(CsnMark, StringSplitOptions.RemoveEmptyEntries))
        {
            int end = part.IndexOf('\n', StringComparison.Ordinal);
            using var reader = new StringReader(part[end..]);
            foreach (LdifItem item in LdifReader.Read(reader))
                yield return (part[..end], item, line - 1 + (item is LdifItem.Error error ? error.Line : ((LdifItem.Read)item).Record.Line));
            line += part.Count(c => c == '\n');
        }
    }

    private static string Checksum(ReadOnlySpan<byte> body) => Convert.ToHexStringLower(SHA256.HashData(body).AsSpan(0, 8));
}

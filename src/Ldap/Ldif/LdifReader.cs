namespace DirMail.Ldap.Ldif;

/// <summary>Reads LDIF (RFC 2849), content and change records alike, one record at a time.</summary>
public static class LdifReader
{
    /// <summary>Ends with the file. A faulty record is an <see cref="LdifItem.Error"/> in its place; the one after it is read as usual.</summary>
    public static IEnumerable<LdifItem> Read(TextReader file)
    {
        var lines = new LdifLines(file);
        bool isFirst = true;
        while (lines.NextBlock() is { } block)
        {
            LdifRecordReader record = new(block.Lines);
            if (isFirst && block.Lines.Count > 0)
                record.SkipVersion();
            isFirst = false;
            if (block.Error is not null)
                yield return block.Error;
            else if (!record.AtEnd)
                yield return record.Read();
            else if (record.Error is not null)
                yield return record.Error;
        }
    }
}

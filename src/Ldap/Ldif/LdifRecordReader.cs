namespace DirMail.Ldap.Ldif;

/// <summary>The lines of one record to the record. The first fault is kept.</summary>
internal sealed class LdifRecordReader(IReadOnlyList<LdifLine> lines)
{
    private int _next;

    public LdifItem.Error? Error { get; private set; }

    public bool AtEnd => _next >= lines.Count;

    /// <summary>"version: 1" may stand before the first record, with or without a blank line between.</summary>
    public void SkipVersion()
    {
        if (lines[0].Is("version") && Take() is var version && version.Text != "1")
            Fail(version, $"LDIF version 1 expected, '{version.Text}' found");
    }

    public LdifItem Read()
    {
        LdifRecord? record = Error is null ? ReadRecord() : null;
        return Error is null && record is not null ? new LdifItem.Read(record) : Error ?? new LdifItem.Error(lines[0].Number, "not a record");
    }

    private LdifRecord? ReadRecord()
    {
        int line = lines[_next].Number;
        if (ReadDn("dn") is not { } dn)
            return null;
        while (!AtEnd && lines[_next].Is("control"))
            SkipControl();
        if (AtEnd || !lines[_next].Is("changetype"))
            return ReadAttributes(dn) is { } content ? new LdifRecord.Content(dn, content, line) : null;
        LdifLine change = Take();
        switch (change.Text.Trim().ToLowerInvariant())
        {
            case "add": return ReadAttributes(dn) is { } added ? new LdifRecord.Add(dn, added, line) : null;
            case "delete": return ExpectEnd(new LdifRecord.Delete(dn, line));
            case "modify": return new LdifRecord.Modify(dn, ReadChanges(), line);
            case "modrdn" or "moddn": return ReadModifyDn(dn, line);
            default: return Fail(change, $"unknown change type '{change.Text}'");
        }
    }

    private void SkipControl()
    {
        LdifLine control = Take();
        if (control.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, "true", ..])
            Fail(control, "a critical control, and none is known");
    }

    private List<LdapAttribute>? ReadAttributes(Dn dn)
    {
        if (AtEnd)
        {
            Fail(lines[^1], $"{dn} has no attributes");
            return null;
        }
        var attributes = new List<LdapAttribute>();
        var byName = new Dictionary<string, List<byte[]>>(StringComparer.OrdinalIgnoreCase);
        while (!AtEnd)
        {
            LdifLine line = Take();
            if (line.IsDash || line.Is("dn") || line.Is("changetype"))
            {
                Fail(line, line.IsDash ? "'-' outside a modify record" : $"'{line.Name}' within a record: a blank line is missing");
                return null;
            }
            if (!byName.TryGetValue(line.Name, out List<byte[]>? values))
            {
                byName[line.Name] = values = [];
                attributes.Add(new(line.Name, values));
            }
            values.Add(line.Value);
        }
        return attributes;
    }

    /// <summary>Each change ends with "-"; the last one's may be missing, as other tools allow.</summary>
    private List<LdapChange> ReadChanges()
    {
        var changes = new List<LdapChange>();
        while (!AtEnd && Error is null)
        {
            LdifLine line = Take();
            LdapChangeKind? kind = line.Name.ToLowerInvariant() switch
            {
                "add" => LdapChangeKind.Add,
                "delete" => LdapChangeKind.Delete,
                "replace" => LdapChangeKind.Replace,
                "increment" => LdapChangeKind.Increment,
                _ => null,
            };
            if (kind is { } known)
                changes.Add(new(known, ReadChangedAttribute(line.Text.Trim())));
            else
                Fail(line, "'add:', 'delete:', 'replace:' or 'increment:' expected");
        }
        return changes;
    }

    private LdapAttribute ReadChangedAttribute(string description)
    {
        var values = new List<byte[]>();
        while (!AtEnd)
        {
            LdifLine line = Take();
            if (line.IsDash)
                break;
            if (!line.Is(description))
            {
                Fail(line, $"a value of {description} or '-' expected");
                break;
            }
            values.Add(line.Value);
        }
        return new(description, values);
    }

    private LdifRecord.ModifyDn? ReadModifyDn(Dn dn, int line)
    {
        LdifLine? at = AtEnd ? null : lines[_next];
        Dn? rdn = ReadDn("newrdn");
        if (rdn is null || rdn.Depth != 1)
        {
            Fail(at ?? lines[^1], "newrdn: one RDN expected");
            return null;
        }
        if (AtEnd || !lines[_next].Is("deleteoldrdn") || lines[_next].Text.Trim() is not ("0" or "1"))
        {
            Fail(AtEnd ? lines[^1] : lines[_next], "'deleteoldrdn: 0' or '1' expected");
            return null;
        }
        bool deleteOld = Take().Text.Trim() == "1";
        Dn? superior = AtEnd ? null : ReadDn("newsuperior");
        return ExpectEnd(new LdifRecord.ModifyDn(dn, rdn, deleteOld, superior, line));
    }

    private Dn? ReadDn(string name)
    {
        if (AtEnd || !lines[_next].Is(name))
        {
            Fail(AtEnd ? lines[^1] : lines[_next], $"'{name}:' expected");
            return null;
        }
        LdifLine line = Take();
        if (!Dn.TryParse(line.Text, out Dn? dn))
            Fail(line, $"'{line.Text}' is not a distinguished name");
        return dn;
    }

    private T? ExpectEnd<T>(T record) where T : LdifRecord
    {
        if (AtEnd)
            return record;
        Fail(lines[_next], $"'{lines[_next].Name}' does not belong to this change");
        return null;
    }

    private LdifLine Take() => lines[_next++];

    private LdifRecord? Fail(LdifLine at, string reason)
    {
        Error ??= new(at.Number, reason);
        return null;
    }
}

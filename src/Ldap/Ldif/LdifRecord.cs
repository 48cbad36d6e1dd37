namespace DirMail.Ldap.Ldif;

/// <summary>One record of an LDIF file (RFC 2849): an entry, or a change to one.</summary>
public abstract record LdifRecord
{
    private LdifRecord(Dn dn, int line)
    {
        Dn = dn;
        Line = line;
    }

    public Dn Dn { get; }

    /// <summary>The record's first line in the file, from 1; 0 for a record made in memory.</summary>
    public int Line { get; }

    /// <summary>A record without a change type; those who apply it treat it as an add.</summary>
    public sealed record Content(Dn Dn, IReadOnlyList<LdapAttribute> Attributes, int Line = 0) : LdifRecord(Dn, Line);

    public sealed record Add(Dn Dn, IReadOnlyList<LdapAttribute> Attributes, int Line = 0) : LdifRecord(Dn, Line);

    public sealed record Modify(Dn Dn, IReadOnlyList<LdapChange> Changes, int Line = 0) : LdifRecord(Dn, Line);

    public sealed record Delete(Dn Dn, int Line = 0) : LdifRecord(Dn, Line);

    /// <param name="NewRdn">A name of one RDN.</param>
    /// <param name="NewSuperior">Null: the entry stays below its parent.</param>
    public sealed record ModifyDn(Dn Dn, Dn NewRdn, bool DeleteOldRdn, Dn? NewSuperior, int Line = 0) : LdifRecord(Dn, Line);
}

/// <summary>What reading a file yields: records, and for each faulty one the reason; reading goes on after it.</summary>
public abstract record LdifItem
{
    private LdifItem() { }

    public sealed record Read(LdifRecord Record) : LdifItem;

    /// <param name="Line">The faulty line, from 1.</param>
    public sealed record Error(int Line, string Reason) : LdifItem
    {
        public override string ToString() => $"line {Line}: {Reason}";
    }
}

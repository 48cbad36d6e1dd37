namespace DirMail.Ldap.Tree.Access;

/// <summary>Privileges on an attribute of an entry, and the levels that OpenLDAP's access rules name.</summary>
[Flags]
internal enum AccessRight
{
    None = 0,

    /// <summary>May learn from an error that the entry exists.</summary>
    Disclose = 1,

    /// <summary>May be used to authenticate, without being seen.</summary>
    Auth = 2,
    Compare = 4,
    Search = 8,
    Read = 16,
    Write = 32,

    AuthLevel = Disclose | Auth,
    ReadLevel = AuthLevel | Compare | Search | Read,
    WriteLevel = ReadLevel | Write,
}

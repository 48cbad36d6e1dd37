using DirMail.Ldap.Client;

namespace DirMail.Ldap.Codec;

/// <summary>
/// What a message asks or answers (RFC 4511 4.2 to 4.13). Names are text as sent, not yet read as names: a bad one is answered with
/// invalidDNSyntax, it does not end the connection. For the same reason enumerations may hold numbers that have no name here.
/// </summary>
public abstract record LdapOperation
{
    private LdapOperation() { }

    public sealed record BindRequest(int Version, string Name, LdapCredentials Credentials) : LdapOperation;

    public sealed record BindResponse(LdapResult Result, byte[]? ServerCredentials = null) : LdapOperation;

    public sealed record UnbindRequest : LdapOperation;

    public sealed record SearchRequest(string Base, LdapScope Scope, LdapFilter Filter, IReadOnlyList<string> Attributes) : LdapOperation
    {
        public LdapDereference Dereference { get; init; }

        /// <summary>Entries; 0: no limit.</summary>
        public int SizeLimit { get; init; }

        /// <summary>Seconds; 0: no limit.</summary>
        public int TimeLimit { get; init; }
        public bool TypesOnly { get; init; }
    }

    public sealed record SearchResultEntry(string Dn, IReadOnlyList<LdapAttribute> Attributes) : LdapOperation;

    public sealed record SearchResultReference(IReadOnlyList<string> Urls) : LdapOperation;

    public sealed record SearchResultDone(LdapResult Result) : LdapOperation;

    public sealed record ModifyRequest(string Dn, IReadOnlyList<LdapChange> Changes) : LdapOperation;

    public sealed record ModifyResponse(LdapResult Result) : LdapOperation;

    public sealed record AddRequest(string Dn, IReadOnlyList<LdapAttribute> Attributes) : LdapOperation;

    public sealed record AddResponse(LdapResult Result) : LdapOperation;

    public sealed record DeleteRequest(string Dn) : LdapOperation;

    public sealed record DeleteResponse(LdapResult Result) : LdapOperation;

    public sealed record ModifyDnRequest(string Dn, string NewRdn, bool DeleteOldRdn, string? NewSuperior) : LdapOperation;

    public sealed record ModifyDnResponse(LdapResult Result) : LdapOperation;

    public sealed record CompareRequest(string Dn, string Attribute, byte[] Value) : LdapOperation;

    public sealed record CompareResponse(LdapResult Result) : LdapOperation;

    /// <param name="AbandonedId">Message id of the operation given up. Never answered.</param>
    public sealed record AbandonRequest(int AbandonedId) : LdapOperation;

    public sealed record ExtendedRequest(string Oid, byte[]? Value = null) : LdapOperation;

    public sealed record ExtendedResponse(LdapResult Result, string? Oid = null, byte[]? Value = null) : LdapOperation;

    public sealed record IntermediateResponse(string? Oid, byte[]? Value) : LdapOperation;
}

/// <summary>RFC 4511 4.2. Octets, never text: a password is compared, not read.</summary>
public abstract record LdapCredentials
{
    private LdapCredentials() { }

    public sealed record Simple(byte[] Password) : LdapCredentials;

    public sealed record Sasl(string Mechanism, byte[]? Credentials) : LdapCredentials;

    /// <summary>A choice of a later version; a server answers authMethodNotSupported.</summary>
    public sealed record Unknown : LdapCredentials;
}

/// <summary>What a search does with alias entries (RFC 4511 4.5.1.3).</summary>
public enum LdapDereference
{
    Never = 0,
    InSearching = 1,
    FindingBase = 2,
    Always = 3,
}

namespace DirMail.Ldap;

/// <summary>A search filter as a tree (RFC 4511 4.5.1.7). Values are octets, so nothing is ever escaped by a caller; <c>ToString</c> gives RFC 4515 text.</summary>
public abstract record LdapFilter
{
    /// <summary>How deep and, or and not may nest, in text and on the wire.</summary>
    public const int MaxDepth = 32;

    private LdapFilter() { }

    public sealed record And(IReadOnlyList<LdapFilter> Parts) : LdapFilter;
    public sealed record Or(IReadOnlyList<LdapFilter> Parts) : LdapFilter;
    public sealed record Not(LdapFilter Part) : LdapFilter;
    public sealed record Equal(string Attribute, byte[] Value) : LdapFilter;
    public sealed record GreaterOrEqual(string Attribute, byte[] Value) : LdapFilter;
    public sealed record LessOrEqual(string Attribute, byte[] Value) : LdapFilter;
    public sealed record Approximate(string Attribute, byte[] Value) : LdapFilter;
    public sealed record Present(string Attribute) : LdapFilter;
    public sealed record Substring(string Attribute, byte[]? Initial, IReadOnlyList<byte[]> Any, byte[]? Final) : LdapFilter;
    public sealed record Extensible(string? Rule, string? Attribute, byte[] Value, bool MatchesDn) : LdapFilter;

    /// <summary>Every entry has an object class.</summary>
    public static LdapFilter Everything { get; } = new Present("objectClass");

    public static LdapFilter Is(string attribute, string value) => new Equal(attribute, System.Text.Encoding.UTF8.GetBytes(value));

    /// <summary>Reads RFC 4515 text; false with the reason in <paramref name="error"/> when it is none.</summary>
    public static bool TryParse(string text, out LdapFilter? filter, out string? error)
    {
        var reader = new LdapFilterReader(text);
        filter = reader.Read();
        error = reader.Error;
        return filter is not null;
    }

    public sealed override string ToString() => LdapFilterText.Write(this);
}

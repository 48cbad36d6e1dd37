namespace DirMail.Ldap;

/// <summary>A distinguished name (RFC 4514). Compared by its normal form: attribute types and values without case, blanks folded.</summary>
public sealed class Dn : IEquatable<Dn>
{
    private Dn(string text, string normal)
    {
        Text = text;
        Normal = normal;
    }

    /// <summary>As given.</summary>
    public string Text { get; }

    /// <summary>The form two equal names share; also the key of dictionaries.</summary>
    public string Normal { get; }

    public static Dn Root { get; } = new("", "");

    public static bool TryParse(string text, out Dn? dn) => throw new NotImplementedException();

    /// <summary>The entry above; null for the root.</summary>
    public Dn? Parent => throw new NotImplementedException();

    /// <summary>The first RDN as attribute type and unescaped value; for a multi-valued RDN the first pair.</summary>
    public (string Type, string Value) FirstRdn => throw new NotImplementedException();

    /// <summary>Whether this name is <paramref name="ancestor"/> or lies below it.</summary>
    public bool IsWithin(Dn ancestor) => throw new NotImplementedException();

    /// <summary>A name below this one; the value is escaped here, the one place where that happens (RFC 4514 2.4).</summary>
    public Dn Child(string type, string value) => throw new NotImplementedException();

    public bool Equals(Dn? other) => other is not null && Normal == other.Normal;
    public override bool Equals(object? obj) => Equals(obj as Dn);
    public override int GetHashCode() => Normal.GetHashCode(StringComparison.Ordinal);
    public override string ToString() => Text;
}

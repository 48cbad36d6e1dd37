namespace DirMail.Ldap;

/// <summary>A distinguished name (RFC 4514). Compared by its normal form: attribute types and values without case, blanks folded.</summary>
public sealed class Dn : IEquatable<Dn>
{
    /// <summary>Longer names are refused; far above what any directory holds, and a bound on the work per name.</summary>
    public const int MaxLength = 8192;

    private Dn(string text, string normal)
    {
        Text = text;
        Normal = normal == text ? text : normal;
    }

    /// <summary>As given.</summary>
    public string Text { get; }

    /// <summary>The form two equal names share; also the key of dictionaries. A comma in it always separates RDNs: one inside a value is written <c>\2c</c>.</summary>
    public string Normal { get; }

    public static Dn Root { get; } = new("", "");

    public bool IsRoot => Normal.Length == 0;

    public static bool TryParse(string text, out Dn? dn)
    {
        dn = null;
        if (text.Length > MaxLength)
            return false;
        if (DnText.IsPlain(text))
            dn = new(text, text.ToLowerInvariant());
        else if (DnText.TryNormalise(text, out string normal))
            dn = normal.Length == 0 ? Root : new(text, normal);
        return dn is not null;
    }

    /// <summary>For names that the program itself writes; <exception cref="FormatException">when it is none.</exception></summary>
    public static Dn Parse(string text) => TryParse(text, out Dn? dn) ? dn! : throw new FormatException($"'{text}' is not a distinguished name");

    /// <summary>The entry above; null for the root.</summary>
    public Dn? Parent
    {
        get
        {
            if (IsRoot)
                return null;
            int comma = Normal.IndexOf(',');
            return comma < 0 ? Root : new(Text[(DnText.EndOfFirstRdn(Text) + 1)..].TrimStart(' '), Normal[(comma + 1)..]);
        }
    }

    /// <summary>The first RDN as attribute type and unescaped value; for a multi-valued RDN the first pair. Of the root: two empty strings.</summary>
    public (string Type, string Value) FirstRdn => IsRoot ? ("", "") : Rdn[0];

    /// <summary>All pairs of the first RDN, in the order given, values unescaped; empty for the root.</summary>
    public IReadOnlyList<(string Type, string Value)> Rdn => DnText.FirstRdn(Text);

    /// <summary>The first RDN's text, as given.</summary>
    public string RdnText => IsRoot ? "" : Text[..DnText.EndOfFirstRdn(Text)].TrimEnd(' ');

    /// <summary>Number of RDNs; 0 for the root.</summary>
    public int Depth => IsRoot ? 0 : Normal.AsSpan().Count(',') + 1;

    /// <summary>Whether this name is <paramref name="ancestor"/> or lies below it.</summary>
    public bool IsWithin(Dn ancestor) => IsWithin(Normal, ancestor.Normal);

    /// <summary>The same of two normal forms.</summary>
    internal static bool IsWithin(string normal, string ancestor)
    {
        int above = normal.Length - ancestor.Length;
        return ancestor.Length == 0 || (normal.EndsWith(ancestor, StringComparison.Ordinal) && (above == 0 || normal[above - 1] == ','));
    }

    /// <summary>A name below this one; the value is escaped here, the one place where that happens (RFC 4514 2.4).</summary>
    public Dn Child(string type, string value) => Parse($"{type}={DnText.Escape(value)}").Under(this);

    /// <summary>This whole name placed below <paramref name="superior"/>: with a name of one RDN, what a modify DN makes.</summary>
    public Dn Under(Dn superior)
    {
        if (superior.IsRoot || IsRoot)
            return IsRoot ? superior : this;
        return new($"{Text},{superior.Text}", $"{Normal},{superior.Normal}");
    }

    public bool Equals(Dn? other) => other is not null && Normal == other.Normal;
    public override bool Equals(object? obj) => Equals(obj as Dn);
    public override int GetHashCode() => Normal.GetHashCode(StringComparison.Ordinal);
    public override string ToString() => Text;
}

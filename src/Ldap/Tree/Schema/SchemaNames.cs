using System.Text;

namespace DirMail.Ldap.Tree.Schema;

/// <summary>
/// Names as the tree keeps them: attribute types by their first name, so that "userid=x" and "0.9.2342.19200300.100.1.1=x" are "uid=x" (RFC 4514 asks for any
/// name of a type to be taken). The spelling of values stays the client's.
/// </summary>
internal static class SchemaNames
{
    /// <summary>Null when a type in it is unknown: such a name can be nobody's.</summary>
    public static Dn? Canonical(Dn dn, DirectorySchema schema)
    {
        bool asIs = true;
        foreach (Range part in Pairs(dn.Normal))
        {
            if (TypeOf(dn.Normal.AsSpan(part), schema) is not { } type)
                return null;
            asIs &= dn.Normal.AsSpan(part).StartsWith(type.NormalName, StringComparison.Ordinal) && dn.Normal[part.Start.Value + type.NormalName.Length] == '=';
        }
        return asIs ? dn : Rewritten(dn, schema);
    }

    /// <summary>Whether each value of the first RDN has its type's syntax.</summary>
    public static bool HasValidRdn(Dn dn, DirectorySchema schema) =>
        dn.Rdn.All(pair => schema.Attribute(pair.Type) is { } type && Syntax.Allows(type.Syntax, Encoding.UTF8.GetBytes(pair.Value)));

    private static AttributeType? TypeOf(ReadOnlySpan<char> pair, DirectorySchema schema) => schema.AttributeByName(pair[..pair.IndexOf('=')]);

    /// <summary>In a normal form commas and pluses only separate.</summary>
    private static List<Range> Pairs(string normal)
    {
        var pairs = new List<Range>(6);
        for (int start = 0; start < normal.Length;)
        {
            int end = normal.AsSpan(start).IndexOfAny(',', '+') is var found and >= 0 ? start + found : normal.Length;
            pairs.Add(start..end);
            start = end + 1;
        }
        return pairs;
    }

    private static Dn Rewritten(Dn dn, DirectorySchema schema)
    {
        var rdns = new List<string>();
        for (Dn? name = dn; name is { IsRoot: false }; name = name.Parent)
            rdns.Add(string.Join('+', name.Rdn.Select(pair => $"{schema.Attribute(pair.Type)!.Name}={DnText.Escape(pair.Value)}")));
        return Dn.Parse(string.Join(',', rdns));
    }
}

using System.Text;
using DirMail.Ldap;

namespace DirMail.Routing.Table;

/// <summary>
/// Evaluates a filter over what the table keeps of an entry. Values are compared without case and with blanks folded, whatever the schema says of the attribute;
/// uid and address attributes ask the entry's uid and addresses (all of them, whichever attribute lists them), the others its <see cref="Traits"/>.
/// </summary>
internal sealed class MemberFilter(AttributeNames names)
{
    /// <summary>What in the filter cannot be answered from the table, in words; null: nothing.</summary>
    public string? Unanswerable(LdapFilter filter) => filter switch
    {
        LdapFilter.And and => and.Parts.Select(Unanswerable).FirstOrDefault(static fault => fault is not null),
        LdapFilter.Or or => or.Parts.Select(Unanswerable).FirstOrDefault(static fault => fault is not null),
        LdapFilter.Not not => Unanswerable(not.Part),
        LdapFilter.Equal equal => Unanswerable(equal.Attribute),
        LdapFilter.Approximate approximate => Unanswerable(approximate.Attribute),
        LdapFilter.Present present => Unanswerable(present.Attribute),
        LdapFilter.Substring substring => Unanswerable(substring.Attribute),
        _ => $"'{filter}' is a kind of comparison that is not evaluated",
    };

    public bool Matches(LdapFilter filter, Row row) => filter switch
    {
        LdapFilter.And and => and.Parts.All(part => Matches(part, row)),
        LdapFilter.Or or => or.Parts.Any(part => Matches(part, row)),
        LdapFilter.Not not => !Matches(not.Part, row),
        LdapFilter.Equal equal => Is(row, equal.Attribute, equal.Value),
        LdapFilter.Approximate approximate => Is(row, approximate.Attribute, approximate.Value),
        LdapFilter.Present present => Has(row, present.Attribute, static _ => true),
        LdapFilter.Substring substring => Contains(row, substring),
        _ => false,
    };

    /// <summary>The form in which values are kept and compared.</summary>
    public static string Normal(ReadOnlySpan<byte> value) => Folded(Encoding.UTF8.GetString(value).Trim());

    private static string Folded(string text)
    {
        string lower = text.ToLowerInvariant();
        return lower.Contains("  ", StringComparison.Ordinal) ? string.Join(' ', lower.Split(' ', StringSplitOptions.RemoveEmptyEntries)) : lower;
    }

    private string? Unanswerable(string attribute) =>
        IsUid(attribute) || IsAddress(attribute) || names.Searchable.Contains(attribute) ? null : $"'{attribute}' is not among the attributes that it may ask for";

    private bool Is(Row row, string attribute, byte[] value)
    {
        string wanted = Normal(value);
        return Has(row, attribute, own => own == wanted) || (attribute.Equals("objectClass", StringComparison.OrdinalIgnoreCase) && IsAbove(row, wanted));
    }

    /// <summary>Classes above the one that an entry names belong to it without being named (RFC 4512 2.4).</summary>
    private static bool IsAbove(Row row, string objectClass) => objectClass switch
    {
        "top" => true,
        "person" or "organizationalperson" => TraitsOf(row).Has("objectClass", static own => own == "inetorgperson"),
        _ => false,
    };

    private bool Contains(Row row, LdapFilter.Substring wanted)
    {
        string[] any = [.. wanted.Any.Select(static part => Piece(part))];
        string initial = Piece(wanted.Initial).TrimStart(), final = Piece(wanted.Final).TrimEnd();
        return Has(row, wanted.Attribute, value => Fits(value, initial, any, final));
    }

    /// <summary>A piece may begin or end with a blank of the value.</summary>
    private static string Piece(byte[]? part) => part is null ? "" : Encoding.UTF8.GetString(part).ToLowerInvariant();

    private static bool Fits(string value, string initial, string[] any, string final)
    {
        if (!value.StartsWith(initial, StringComparison.Ordinal))
            return false;
        int at = initial.Length;
        foreach (string part in any)
        {
            int found = value.IndexOf(part, at, StringComparison.Ordinal);
            if (found < 0)
                return false;
            at = found + part.Length;
        }
        return value.Length - at >= final.Length && value.EndsWith(final, StringComparison.Ordinal);
    }

    private bool Has(Row row, string attribute, Func<string, bool> fits)
    {
        if (IsUid(attribute))
            return row is UserRow { User.Uid: { Length: > 0 } uid } && fits(Folded(uid));
        if (IsAddress(attribute))
            return row.Addresses.Any(address => fits(address.ToString().ToLowerInvariant()));
        return TraitsOf(row).Has(attribute, fits);
    }

    private static Traits TraitsOf(Row row) => row switch
    {
        UserRow user => user.User.Settings.Traits,
        GroupRow group => group.Group.Traits,
        _ => Traits.None,
    };

    private bool IsUid(string attribute) => attribute.Equals(names.Uid, StringComparison.OrdinalIgnoreCase);

    private bool IsAddress(string attribute)
    {
        foreach (string name in (ReadOnlySpan<string>)[names.Mail, names.AlternateAddress, names.LocalAddress, names.EquivalentAddress])
            if (name.Equals(attribute, StringComparison.OrdinalIgnoreCase))
                return true;
        return false;
    }
}

namespace DirMail.Ldap;

/// <summary>What is read of an entry, decoded (<see cref="LdapEntry"/>) or as it lies in octets (<see cref="Codec.EntryOctets"/>). Attributes and values by number, in their order.</summary>
public interface IEntryContent
{
    Dn Dn { get; }

    /// <summary>The same as text, where nobody needs the name itself.</summary>
    ReadOnlySpan<char> DnText { get; }

    /// <summary>Of attributes.</summary>
    int Count { get; }

    string Description(int attribute);

    /// <summary>Without case; -1: the entry has no such attribute.</summary>
    int IndexOf(string description);

    int ValueCount(int attribute);

    ReadOnlySpan<byte> Value(int attribute, int value);
}

public static class EntryContentExtensions
{
    public static bool HasClass(this IEntryContent entry, string objectClass)
    {
        int at = entry.IndexOf("objectClass"), count = at < 0 ? 0 : entry.ValueCount(at);
        for (int i = 0; i < count; i++)
            if (System.Text.Ascii.EqualsIgnoreCase(entry.Value(at, i), objectClass))
                return true;
        return false;
    }
}

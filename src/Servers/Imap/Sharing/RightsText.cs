using System.Text;
using DirMail.Store;

namespace DirMail.Servers.Imap.Sharing;

/// <summary>Rights as letters (RFC 4314 2.1). The old ones stand for c: k, and d: e, t and x (RFC 4314 2.1.1).</summary>
internal static class RightsText
{
    private const string Letters = "lrswipkxtea";
    private const Rights OldCreate = Rights.CreateBelow;
    private const Rights OldDelete = Rights.Expunge | Rights.DeleteMessages | Rights.DeleteMailbox;

    /// <summary>Every right by itself, as LISTRIGHTS offers what may be given.</summary>
    public static IEnumerable<string> Each(Rights rights) => Format(rights).Select(static letter => letter.ToString());

    public static string Format(Rights rights)
    {
        StringBuilder text = new();
        for (int i = 0; i < Letters.Length; i++)
            if (rights.HasFlag((Rights)(1 << i)))
                text.Append(Letters[i]);
        if ((rights & OldCreate) != Rights.None)
            text.Append('c');
        if ((rights & OldDelete) != Rights.None)
            text.Append('d');
        return text.ToString();
    }

    /// <summary>Null: a letter that is no right, which may not be passed over (RFC 4314 3.1).</summary>
    public static Rights? Parse(ReadOnlySpan<char> text)
    {
        Rights rights = Rights.None;
        foreach (char letter in text)
        {
            switch (letter)
            {
                case 'c':
                    rights |= OldCreate;
                    break;
                case 'd':
                    rights |= OldDelete;
                    break;
                case var _ when Letters.IndexOf(letter, StringComparison.Ordinal) is >= 0 and var at:
                    rights |= (Rights)(1 << at);
                    break;
                default:
                    return null;
            }
        }
        return rights;
    }
}

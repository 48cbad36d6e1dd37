using System.Text;

namespace DirMail.Servers.Imap.Grammar;

/// <summary>Mailbox names as IMAP4rev1 writes them (RFC 3501 5.1.3): base64 of UTF-16 between "&amp;" and "-", with "," for "/".</summary>
internal static class ModifiedUtf7
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

    public static string Encode(string name)
    {
        StringBuilder written = new(name.Length + 8);
        for (int i = 0; i < name.Length;)
        {
            int start = i;
            while (i < name.Length && !IsDirect(name[i]))
                i++;
            if (i > start)
                EncodeRun(name.AsSpan(start, i - start), written);
            for (; i < name.Length && IsDirect(name[i]); i++)
                written.Append(name[i] == '&' ? "&-" : name[i].ToString());
        }
        return written.ToString();
    }

    /// <summary>Null when <paramref name="written"/> is not modified UTF-7. Octets above 127 (UTF-8 sent by other clients) pass as they are.</summary>
    public static string? Decode(string written)
    {
        if (!written.Contains('&'))
            return written;
        StringBuilder name = new(written.Length);
        for (int i = 0; i < written.Length; i++)
        {
            if (written[i] != '&')
            {
                name.Append(written[i]);
                continue;
            }
            int end = written.IndexOf('-', i);
            if (end < 0 || !DecodeRun(written.AsSpan(i + 1, end - i - 1), name))
                return null;
            i = end;
        }
        return name.ToString();
    }

    private static bool IsDirect(char c) => c is >= ' ' and <= '~';

    private static void EncodeRun(ReadOnlySpan<char> run, StringBuilder written)
    {
        written.Append('&');
        int bits = 0, held = 0;
        foreach (char c in run)
        {
            held = (held << 16) | c;
            for (bits += 16; bits >= 6; bits -= 6)
                written.Append(Alphabet[(held >> (bits - 6)) & 63]);
            held &= (1 << bits) - 1;
        }
        if (bits > 0)
            written.Append(Alphabet[(held << (6 - bits)) & 63]);
        written.Append('-');
    }

    private static bool DecodeRun(ReadOnlySpan<char> run, StringBuilder name)
    {
        if (run.IsEmpty)
        {
            name.Append('&');
            return true;
        }
        int bits = 0, held = 0, start = name.Length;
        foreach (char c in run)
        {
            int value = Alphabet.IndexOf(c, StringComparison.Ordinal);
            if (value < 0)
                return false;
            held = (held << 6) | value;
            bits += 6;
            if (bits < 16)
                continue;
            bits -= 16;
            name.Append((char)(held >> bits));
            held &= (1 << bits) - 1;
        }
        return bits < 6 && held == 0 && IsWellFormed(name, start);
    }

    /// <summary>No half of a surrogate pair, and nothing that could have been written directly (a name has one spelling).</summary>
    private static bool IsWellFormed(StringBuilder name, int start)
    {
        for (int i = start; i < name.Length; i++)
        {
            if (IsDirect(name[i]) || char.IsLowSurrogate(name[i]))
                return false;
            if (char.IsHighSurrogate(name[i]) && (++i >= name.Length || !char.IsLowSurrogate(name[i])))
                return false;
        }
        return true;
    }
}

using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using DirMail.Mail;
using DirMail.Mail.Mime;
using DirMail.Servers.Imap.Grammar;
using DirMail.Store;

namespace DirMail.Servers.Imap.Format;

/// <summary>Writes responses as octets, straight into the connection's buffer; nothing is kept here. The caller flushes.</summary>
internal sealed class ImapWriter(IBufferWriter<byte> output)
{
    /// <summary>Longer strings are literals: quoted strings that fill pages break clients.</summary>
    private const int MaxQuoted = 1000;

    public void Raw(ReadOnlySpan<byte> octets) => output.Write(octets);

    /// <summary>Text of our own, ASCII.</summary>
    public void Ascii(string text)
    {
        Span<byte> span = output.GetSpan(text.Length);
        output.Advance(Encoding.ASCII.GetBytes(text, span));
    }

    public void Space() => Octet((byte)' ');

    public void Octet(byte octet)
    {
        output.GetSpan(1)[0] = octet;
        output.Advance(1);
    }

    public void Line(string text)
    {
        Ascii(text);
        Raw("\r\n"u8);
    }

    public void EndLine() => Raw("\r\n"u8);

    public void Number(long number)
    {
        Utf8Formatter.TryFormat(number, output.GetSpan(20), out int written);
        output.Advance(written);
    }

    /// <summary>NIL, quoted or literal, as the value needs (RFC 9051 nstring).</summary>
    public void NString(string? value)
    {
        if (value is null)
            Raw("NIL"u8);
        else
            String(value);
    }

    /// <summary>The same for a text in its stored form.</summary>
    public void NString(StoredText value)
    {
        ReadOnlySpan<byte> utf8 = value.Utf8;
        if (value.IsNull)
            Raw("NIL"u8);
        else if (utf8.Length <= MaxQuoted && !utf8.ContainsAnyExceptInRange((byte)' ', (byte)'~'))
            Quoted(utf8);
        else
            Literal(Encoding.UTF8.GetString(utf8));
    }

    public void String(string value)
    {
        if (!TryQuoted(value))
            Literal(value);
    }

    /// <summary>"{octets}" CR LF; the caller writes exactly that many octets next.</summary>
    public void LiteralStart(long octets)
    {
        Octet((byte)'{');
        Number(octets);
        Raw("}\r\n"u8);
    }

    /// <summary>Names of mailboxes in UTF-8 instead of modified UTF-7: the client asked for it (RFC 6855 3, RFC 9051 5.1).</summary>
    public bool Utf8Names { get; set; }

    public void MailboxName(string name)
    {
        if (Utf8Names)
            QuotedUtf8(name);
        else
            String(ModifiedUtf7.Encode(name));
    }

    /// <summary>"17-Jul-1996 02:44:25 +0000" in quotes, day with a leading blank; always UTC.</summary>
    public void DateTime(DateTimeOffset time)
    {
        Span<char> written = stackalloc char[28];
        time.UtcDateTime.TryFormat(written, out int length, "dd-MMM-yyyy HH:mm:ss", CultureInfo.InvariantCulture);
        if (written[0] == '0')
            written[0] = ' ';
        Octet((byte)'"');
        output.Advance(Encoding.ASCII.GetBytes(written[..length], output.GetSpan(length)));
        Raw(" +0000\""u8);
    }

    /// <summary>"MODSEQ (715194045007)" (RFC 7162 3.1.4.2).</summary>
    public void ModSeq(ModSeq modSeq)
    {
        Raw("MODSEQ ("u8);
        Number(modSeq.Value);
        Octet((byte)')');
    }

    /// <summary>"(\Seen keyword)".</summary>
    public void Flags(MessageFlags flags)
    {
        Octet((byte)'(');
        bool first = true;
        for (int i = 0; i < s_flagNames.Length; i++)
        {
            if (((int)flags.System & (1 << i)) != 0)
                Separated(s_flagNames[i], ref first);
        }
        if (!flags.Keywords.IsDefault)
        {
            foreach (string keyword in flags.Keywords)
                Separated(keyword, ref first);
        }
        Octet((byte)')');
    }

    /// <summary>In the order of <see cref="SystemFlags"/>'s bits.</summary>
    private static readonly string[] s_flagNames = ["\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft"];

    private void Separated(string name, ref bool first)
    {
        if (!first)
            Space();
        first = false;
        Utf8(name);
    }

    private void Utf8(string text)
    {
        Span<byte> span = output.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length));
        output.Advance(Encoding.UTF8.GetBytes(text, span));
    }

    /// <summary>Names hold no control characters.</summary>
    private void QuotedUtf8(string name) => Quoted(Encoding.UTF8.GetBytes(name));

    /// <summary>Printable ASCII, or UTF-8 for those who know it.</summary>
    private void Quoted(ReadOnlySpan<byte> text)
    {
        Span<byte> span = output.GetSpan(2 * text.Length + 2);
        int at = 0;
        span[at++] = (byte)'"';
        for (int special; (special = text.IndexOfAny((byte)'"', (byte)'\\')) >= 0; text = text[(special + 1)..])
        {
            text[..special].CopyTo(span[at..]);
            at += special;
            span[at++] = (byte)'\\';
            span[at++] = text[special];
        }
        text.CopyTo(span[at..]);
        at += text.Length;
        span[at++] = (byte)'"';
        output.Advance(at);
    }

    private bool TryQuoted(string value)
    {
        if (value.Length > MaxQuoted)
            return false;
        Span<byte> span = output.GetSpan(2 * value.Length + 2);
        int at = 0;
        span[at++] = (byte)'"';
        foreach (char c in value)
        {
            if (c is < ' ' or > '~')
                return false;
            if (c is '"' or '\\')
                span[at++] = (byte)'\\';
            span[at++] = (byte)c;
        }
        span[at++] = (byte)'"';
        output.Advance(at);
        return true;
    }

    /// <summary>UTF-8; NUL has no place in a literal (RFC 9051 CHAR8) and is left out.</summary>
    private void Literal(string value)
    {
        if (value.Contains('\0'))
            value = value.Replace("\0", "", StringComparison.Ordinal);
        LiteralStart(Encoding.UTF8.GetByteCount(value));
        output.Write(Encoding.UTF8.GetBytes(value));
    }
}

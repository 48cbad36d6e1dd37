using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;

namespace DirMail.Mail;

/// <summary>
/// A mailbox address as RFC 5321 4.1.2 (and RFC 6531) writes it. The given form is kept octet for octet, because it is what others must see;
/// the keys are what we compare by: the domain lower-cased and in A-labels, the local part unquoted and lower-cased (for hosted domains only:
/// elsewhere local parts are opaque). The null path "&lt;&gt;" is no address: use a null <c>MailAddress?</c>.
/// </summary>
public readonly record struct MailAddress
{
    /// <summary>RFC 5321 4.5.3.1.1: 64 octets; return addresses that forwarders made (<see cref="Srs"/>) may be longer, as those are that they hold.</summary>
    public const int MaxLocalPartOctets = 64;

    /// <summary>RFC 5321 4.5.3.1.2: 255 octets.</summary>
    public const int MaxDomainOctets = 255;

    /// <summary>What nearly all local parts are made of.</summary>
    private static readonly SearchValues<char> Usual = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_+");

    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = false };

    private MailAddress(string localPart, string domain, string domainKey)
    {
        LocalPart = localPart;
        Domain = domain;
        DomainKey = domainKey;
    }

    /// <summary>As given, with its quotes when it had some.</summary>
    public string LocalPart { get; }

    /// <summary>As given: a domain name, or an address literal in brackets.</summary>
    public string Domain { get; }

    /// <summary>Lower case, A-labels, no dot at the end; an address literal in its canonical text, in brackets.</summary>
    public string DomainKey { get; }

    /// <summary>The local part unquoted and in lower case: the form hosted users are looked up by.</summary>
    public string LocalKey => Unquoted(LocalPart).ToLowerInvariant();

    /// <summary>"localkey@domainkey", for hosted domains.</summary>
    public string Key => LocalKey + "@" + DomainKey;

    public bool IsLiteral => DomainKey.StartsWith('[');

    /// <summary>Whether the local part needs SMTPUTF8 (RFC 6531).</summary>
    public bool NeedsUtf8 => !Ascii.IsValid(LocalPart);

    /// <summary>Accepts "local@domain" and "local@[literal]", bounded as RFC 5321 4.5.3.1 says. Control characters, blanks outside quotes and empty labels are refused.</summary>
    public static bool TryParse(string? text, out MailAddress address)
    {
        address = default;
        if (!TrySplit(text, out int at))
            return false;
        string domain = text![(at + 1)..];
        if (!TryDomainKey(domain, out string key))
            return false;
        address = new(text[..at], domain, key);
        return true;
    }

    /// <summary>The same, for many addresses of few domains.</summary>
    /// <param name="localPart">When the address has that local part, it keeps that very string.</param>
    public static bool TryParse(ReadOnlySpan<char> text, KnownDomains domains, string localPart, out MailAddress address)
    {
        address = default;
        if (!TrySplit(text, out int at) || !domains.TryFind(text[(at + 1)..], out (string Domain, string Key) known))
            return false;
        address = new(text[..at].SequenceEqual(localPart) ? localPart : text[..at].ToString(), known.Domain, known.Key);
        return true;
    }

    /// <summary>For addresses that the program itself writes; <exception cref="FormatException">when it is none.</exception></summary>
    public static MailAddress Parse(string text) =>
        TryParse(text, out MailAddress address) ? address : throw new FormatException($"'{text}' is not a mail address");

    /// <summary>The comparison form of a domain name or address literal; false when it is neither (RFC 5321 4.1.2, 4.1.3, RFC 5890).</summary>
    public static bool TryDomainKey(string domain, out string key)
    {
        key = "";
        if (domain.Length is 0 or > MaxDomainOctets)
            return false;
        if (domain[0] == '[')
            return TryLiteralKey(domain, out key);
        string name = domain.EndsWith('.') ? domain[..^1] : domain;
        if (!Ascii.IsValid(name) && !TryAscii(name, out name))
            return false;
        if (name.Length > MaxDomainOctets || !IsDomainName(name))
            return false;
        key = name.ToLowerInvariant();
        return true;
    }

    /// <summary>The same mailbox for our purposes: both parts compared by key.</summary>
    public bool IsSameAs(MailAddress other) => DomainKey == other.DomainKey && LocalKey == other.LocalKey;

    /// <summary>The address literal's IP address, when the domain is one.</summary>
    public IPAddress? LiteralAddress() =>
        IsLiteral && IPAddress.TryParse(DomainKey[1..^1].Replace("ipv6:", "", StringComparison.Ordinal), out IPAddress? ip) ? ip : null;

    public override string ToString() => LocalPart + "@" + Domain;

    /// <summary>Finds the @ and checks what is before it.</summary>
    private static bool TrySplit(ReadOnlySpan<char> text, out int at)
    {
        at = text.LastIndexOf('@');
        return at > 0 && at < text.Length - 1 && IsLocalPart(text[..at]);
    }

    private static bool TryAscii(string name, out string ascii)
    {
        try
        {
            ascii = Idn.GetAscii(name);
            return true;
        }
        catch (ArgumentException)
        {
            ascii = "";
            return false;
        }
    }

    private static bool TryLiteralKey(string domain, out string key)
    {
        key = "";
        if (!domain.EndsWith(']'))
            return false;
        string inside = domain[1..^1];
        bool v6 = inside.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase);
        if (!IPAddress.TryParse(v6 ? inside[5..] : inside, out IPAddress? ip) || inside.Contains('%'))
            return false;
        if (v6 != (ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6))
            return false;
        // other spellings of an IPv4 address (octal, hexadecimal, leading zeros) mean different things to different readers
        if (!v6 && ip.ToString() != inside)
            return false;
        key = v6 ? $"[ipv6:{ip}]" : $"[{ip}]";
        return true;
    }

    private static bool IsDomainName(string name)
    {
        foreach (Range range in name.AsSpan().Split('.'))
        {
            ReadOnlySpan<char> label = name.AsSpan(range);
            if (label.Length is 0 or > 63 || label[0] == '-' || label[^1] == '-')
                return false;
            foreach (char c in label)
                if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
                    return false;
        }
        return true;
    }

    private static bool IsLocalPart(ReadOnlySpan<char> local)
    {
        int octets = Encoding.UTF8.GetByteCount(local);
        if (octets > MaxLocalPartOctets && (octets > Srs.MaxAddressOctets || !Srs.IsTagged(local)))
            return false;
        if (local[0] != '"')
            return IsDotString(local);
        if (local.Length < 2 || local[^1] != '"')
            return false;
        for (int i = 1; i < local.Length - 1; i++)
        {
            char c = local[i];
            if (c == '\\' && ++i == local.Length - 1)
                return false;
            if (c == '"' || char.IsControl(local[i]))
                return false;
        }
        return true;
    }

    private static bool IsDotString(ReadOnlySpan<char> local)
    {
        if (local[0] == '.' || local[^1] == '.' || local.Contains("..", StringComparison.Ordinal))
            return false;
        if (!local.ContainsAnyExcept(Usual))
            return true;
        foreach (char c in local)
            if (c <= ' ' || c == 127 || "()<>[]:;@\\,\"".Contains(c) || (c > 127 && (char.IsControl(c) || char.IsWhiteSpace(c))))
                return false;
        return true;
    }

    private static string Unquoted(string local)
    {
        if (local is null || local.Length < 2 || local[0] != '"')
            return local ?? "";
        var text = new StringBuilder(local.Length);
        for (int i = 1; i < local.Length - 1; i++)
            text.Append(local[i] == '\\' ? local[++i] : local[i]);
        return text.ToString();
    }
}

using System.Net;

namespace DirMail.Wire;

/// <summary>The record types mail asks for or must understand in an answer (RFC 1035 3.2.2, RFC 3596, RFC 6891, RFC 6698).</summary>
internal enum DnsType : ushort
{
    A = 1,
    Cname = 5,
    Soa = 6,
    Ptr = 12,
    Mx = 15,
    Txt = 16,
    Aaaa = 28,
    Opt = 41,
    Tlsa = 52,
}

/// <param name="Name">Lower case, no dot at the end; "" is the root.</param>
internal readonly record struct DnsQuestion(string Name, DnsType Type);

/// <summary>One record of an answer that could be read.</summary>
internal readonly record struct DnsRecord(string Name, DnsType Type, uint Ttl)
{
    /// <summary>Of CNAME, PTR and MX, as <see cref="DnsQuestion.Name"/> is written.</summary>
    public string Target { get; init; } = "";

    /// <summary>Of TXT: its strings joined; what is not printable ASCII is a question mark.</summary>
    public string Text { get; init; } = "";
    public int Preference { get; init; }
    public IPAddress? Address { get; init; }
    public TlsaRecord? Tlsa { get; init; }
}

/// <summary>A reply as parsed. <paramref name="NegativeTtl"/> is the time an absence may be remembered (RFC 2308 5), in seconds.</summary>
internal sealed record DnsReply(ushort Id, bool IsTruncated, int Code, DnsQuestion Question, IReadOnlyList<DnsRecord> Answers, uint? NegativeTtl)
{
    /// <summary>The server says that it validated all of it (AD, RFC 4035 3.2.3).</summary>
    public bool IsAuthentic { get; init; }

    public const int NoError = 0, FormatError = 1, NameError = 3;
}

/// <summary>What a question came to, and how long that may be believed.</summary>
internal sealed record DnsAnswer(DnsStatus Status, IReadOnlyList<DnsRecord> Records, TimeSpan Lifetime)
{
    /// <summary>A server on this machine validated it and all aliases before it.</summary>
    public bool IsAuthentic { get; init; }

    /// <summary>Remembered for a moment, so that a dead server is not waited for again by every recipient of a message.</summary>
    public static readonly DnsAnswer Unavailable = new(DnsStatus.Unavailable, [], TimeSpan.FromSeconds(5));

    /// <summary>Without a server nothing can be known, and nothing needs remembering.</summary>
    public static readonly DnsAnswer NoServer = new(DnsStatus.Unavailable, [], TimeSpan.Zero);
}

using System.Net;

namespace DirMail.Wire;

/// <summary>Who asks to send: the domain to check with what macros may speak of (RFC 7208 4.1, 7.2).</summary>
public sealed record SpfQuestion(string Domain, IPAddress Client)
{
    /// <summary>Of the sender's address; without one "postmaster" (RFC 7208 4.3).</summary>
    public string LocalPart { get; init; } = "postmaster";

    /// <summary>What the client calls itself.</summary>
    public string Helo { get; init; } = "unknown";

    public DateTimeOffset Time { get; init; }

    /// <summary>Our name, for explanations.</summary>
    public string Receiver { get; init; } = "unknown";
}

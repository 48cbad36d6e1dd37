using System.Security.Cryptography.X509Certificates;
using DirMail.Wire;

namespace DirMail.Channels.Smtp;

/// <summary>How far a connection to a server must be protected, and who says so. Two needs are one when the same connection serves both.</summary>
/// <param name="Policy">Who asks for it.</param>
/// <param name="IsRequired">No mail without it; else TLS is used when it works (RFC 7435).</param>
/// <param name="Scope">What the check depends on besides the server, to tell needs apart.</param>
internal sealed record TlsNeed(TlsPolicy Policy, bool IsRequired, string Scope, ServerCheck Check)
{
    public static TlsNeed Opportunistic { get; } = new(TlsPolicy.None, false, "", ServerCheck.None);

    /// <summary>The server must offer REQUIRETLS too, to do as much for its next server; else the mail goes back at once (RFC 8689 4.2.1).</summary>
    public bool MustHandOn { get; private init; }

    /// <summary>TLS is begun before the server has said a word, no STARTTLS is waited for.</summary>
    public bool IsFirst { get; private init; }

    /// <summary>For reasons that people read.</summary>
    public string Wanted => Policy switch
    {
        _ when MustHandOn => "the message requires (REQUIRETLS)",
        TlsPolicy.Dane => "its TLSA records (DANE) ask for",
        TlsPolicy.Sts => "its domain's MTA-STS policy asks for",
        _ when IsRequired => "the route there asks for",
        _ => "nobody asks for",
    };

    /// <summary>For a host that the settings name: its certificate must be for it.</summary>
    public static TlsNeed OfRoute(string host, X509Certificate2Collection? roots, bool isFirst) => new(TlsPolicy.None, true, host, new ServerCheck.Named([host], roots)) { IsFirst = isFirst };

    /// <summary>For a message that requires TLS: a certificate for the name, which is as true as DNS where neither records nor a policy vouch for it.</summary>
    public TlsNeed ToHandOn(string host, X509Certificate2Collection? roots) =>
        (IsRequired ? this : new(Policy, true, host, new ServerCheck.Named([host], roots))) with { MustHandOn = true };

    public bool Equals(TlsNeed? other) => other is not null && (Policy, IsRequired, MustHandOn, IsFirst, Scope) == (other.Policy, other.IsRequired, other.MustHandOn, other.IsFirst, other.Scope);

    public override int GetHashCode() => HashCode.Combine(Policy, IsRequired, MustHandOn, IsFirst, Scope);
}

/// <summary>Where the need for TLS comes from (RFC 8460 4.2).</summary>
internal enum TlsPolicy
{
    None,
    Sts,
    Dane,
}

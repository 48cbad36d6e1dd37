using System.Net;
using DirMail.Mail;

namespace DirMail.Routing;

/// <summary>What somebody wants to use, and from where.</summary>
/// <param name="IsProtected">Under TLS: a rule for the s-form of a service is about such sessions only.</param>
public readonly record struct ServiceUse(MailService Service, bool IsProtected, IPAddress Client)
{
    private readonly ClientName? _name;

    /// <summary>Asked for only where the answer without it is <see cref="Responses.ClientNameUntold"/>.</summary>
    public ClientName Name
    {
        get => _name ?? ClientName.NotAsked;
        init => _name = value;
    }

    /// <summary>Of a client that came as an IPv4-mapped IPv6 address (RFC 4291 2.5.5.2) the IPv4 address: what rules mean.</summary>
    internal IPAddress Address => Client.IsIPv4MappedToIPv6 ? Client.MapToIPv4() : Client;
}

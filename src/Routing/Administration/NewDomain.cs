using System.Net;

namespace DirMail.Routing;

/// <summary>A domain to be made.</summary>
public sealed record NewDomain(string Name)
{
    public IReadOnlyList<string> AlsoNames { get; init; } = [];
    public IReadOnlyList<IPAddress> VirtualAddresses { get; init; } = [];

    /// <summary>Announced at the virtual addresses; null: "mail." before the name, when there are any.</summary>
    public string? HostName { get; init; }

    /// <summary>An address elsewhere that gets postmaster's mail besides the administrators.</summary>
    public string? Postmaster { get; init; }

    /// <summary>Made as users of the domain, the first of all with rights over it; at least one.</summary>
    public required IReadOnlyList<NewAdministrator> Administrators { get; init; }

    public string Services { get; init; } = "+imap,imaps,pop,pops,smtp,smtps,http:ALL";

    /// <summary>Octets, or nK, nM, nG; null: none.</summary>
    public string? Quota { get; init; }

    /// <summary>LDIF with %WORDS%, instead of ldif/new-domain.ldif.</summary>
    public string? Template { get; init; }
}

/// <summary>An administrator of a new domain. Prints without the password.</summary>
public sealed record NewAdministrator(string Uid, string Password)
{
    public override string ToString() => Uid;
}

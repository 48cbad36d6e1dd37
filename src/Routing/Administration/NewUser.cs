namespace DirMail.Routing;

/// <summary>A user to be made: the address's local part is the uid, its domain the domain. Prints without the password.</summary>
public sealed record NewUser(string Address)
{
    /// <summary>A person's name; null: the uid.</summary>
    public string? Name { get; init; }

    public UserSettings Settings { get; init; } = new();

    /// <summary>Null: none yet, and nobody can log in.</summary>
    public string? Password { get; init; }

    public override string ToString() => Address;
}

/// <summary>What is set on a user; null stays as it is, an empty text or list takes the value away.</summary>
public sealed record UserSettings
{
    public string? Name { get; init; }

    /// <summary>The main address, which mail programs show.</summary>
    public string? Mail { get; init; }

    public IReadOnlyList<string> AddAddresses { get; init; } = [];
    public IReadOnlyList<string> RemoveAddresses { get; init; } = [];

    /// <summary>Octets, or nK, nM, nG; -1: none.</summary>
    public string? Quota { get; init; }

    public string? MessageQuota { get; init; }

    /// <summary>Where mail is sent on to.</summary>
    public IReadOnlyList<string>? ForwardTo { get; init; }

    /// <summary>With <see cref="ForwardTo"/>: whether the mailbox gets it too.</summary>
    public bool KeepsCopy { get; init; }

    public IReadOnlyList<string>? VirtualAddresses { get; init; }

    /// <summary>Rules of mailAllowedServiceAccess.</summary>
    public string? Services { get; init; }
}

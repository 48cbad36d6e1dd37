using System.Net;
using DirMail.Mail;

namespace DirMail.Routing;

/// <summary>
/// Whom a rule is about, in the words of hosts_access(5); PARANOID there is DNSSPOOFER here, and both are understood. LOCAL is this machine: of a name without a dot, which it means there,
/// DNS confirms none but localhost.
/// </summary>
/// <param name="Network">Of <see cref="ClientKind.Network"/>.</param>
/// <param name="Name">Of <see cref="ClientKind.Host"/> and <see cref="ClientKind.Suffix"/>, in lower case; of the latter with its dot in front.</param>
internal sealed record ClientPattern(ClientKind Kind, IPNetwork Network = default, string Name = "")
{
    private const string Localhost = "localhost";

    public static readonly ClientPattern Everybody = new(ClientKind.Everybody);

    public ClientMatch Matches(ServiceUse use) => Kind switch
    {
        ClientKind.Unreadable => ClientMatch.Unreadable,
        ClientKind.Everybody => ClientMatch.Yes,
        ClientKind.ThisMachine => Match(IPAddress.IsLoopback(use.Address)),
        ClientKind.Network => Match(Network.Contains(use.Address)),
        _ when use.Name == ClientName.NotAsked || use.Name == ClientName.Untold => ClientMatch.Untold,
        ClientKind.Unknown => Match(use.Name == ClientName.None),
        ClientKind.Spoofer => Match(use.Name == ClientName.Spoofed),
        _ => Match(use.Name is ClientName.Checked { Names: var names } && names.Any(IsMeant)),
    };

    public static ClientPattern Parse(string word, List<string> problems)
    {
        ClientPattern pattern = word.ToUpperInvariant() switch
        {
            "ALL" or "*" => Everybody,
            "LOCAL" => new(ClientKind.ThisMachine),
            "KNOWN" => new(ClientKind.Known),
            "UNKNOWN" => new(ClientKind.Unknown),
            "DNSSPOOFER" or "PARANOID" => new(ClientKind.Spoofer),
            _ when NetworkWord.TryParse(word, out IPNetwork network) => new(ClientKind.Network, network),
            _ when TryName(word, out string name) => new(name[0] == '.' ? ClientKind.Suffix : ClientKind.Host, Name: name),
            _ => new(ClientKind.Unreadable),
        };
        if (pattern.Kind == ClientKind.Unreadable)
            problems.Add($"client '{Entries.EntryValues.Shown(word)}' means nobody, so the rule counts as far as it refuses: expected an address, a network, a host name, a .suffix, ALL, *, LOCAL, KNOWN, UNKNOWN or DNSSPOOFER");
        return pattern;
    }

    private static ClientMatch Match(bool isMeant) => isMeant ? ClientMatch.Yes : ClientMatch.No;

    private bool IsMeant(string name) => Kind switch
    {
        ClientKind.Host => name == Name,
        ClientKind.Suffix => name.EndsWith(Name, StringComparison.Ordinal),
        _ => true,
    };

    /// <summary>
    /// "mail.example.org", ".example.org" (all below it, not itself), "localhost". Another name without a dot is a misspelt word, and one that ends in a number a misspelt address (RFC 1123 2.1).
    /// </summary>
    private static bool TryName(string word, out string name)
    {
        bool isSuffix = word.StartsWith('.');
        if (!MailAddress.TryDomainKey(isSuffix ? word[1..] : word, out name) || name[0] == '[' || char.IsAsciiDigit(name[^1]) && name[(name.LastIndexOf('.') + 1)..].All(char.IsAsciiDigit))
            return false;
        if (!isSuffix && name != Localhost && !name.Contains('.'))
            return false;
        name = isSuffix ? "." + name : name;
        return true;
    }
}

internal enum ClientMatch
{
    No,
    Yes,

    /// <summary>The word cannot be read.</summary>
    Unreadable,

    /// <summary>The client's name would tell.</summary>
    Untold,
}

internal enum ClientKind
{
    Unreadable,
    Everybody,
    ThisMachine,
    Network,
    Host,
    Suffix,

    /// <summary>KNOWN: with a checked name.</summary>
    Known,

    /// <summary>UNKNOWN: without a name.</summary>
    Unknown,

    /// <summary>DNSSPOOFER: with a name that does not lead back.</summary>
    Spoofer,
}

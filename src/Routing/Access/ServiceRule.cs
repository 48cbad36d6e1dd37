using System.Collections.Immutable;
using System.Net;
using DirMail.Mail;

namespace DirMail.Routing;

/// <summary>One rule: ("+" / "-") services ":" clients [ "EXCEPT" clients ].</summary>
internal sealed record ServiceRule(bool Grants, ImmutableArray<ServiceName> Services, ImmutableArray<ClientPattern> Clients, ImmutableArray<ClientPattern> Except)
{
    private static readonly char[] Separators = [',', ' ', '\t'];

    public bool Matches(MailService service, bool isProtected, IPAddress client) =>
        Services.Any(s => s.Matches(service, isProtected)) && Clients.Any(c => c.Matches(client)) && !Except.Any(c => c.Matches(client));

    /// <summary>Null when the rule cannot be read at all; a client or service that is not understood is left out, and told.</summary>
    public static ServiceRule? Parse(string text, List<string> problems)
    {
        int colon = text.IndexOf(':');
        if (colon < 0 || text[0] is not ('+' or '-'))
        {
            problems.Add($"not a rule: '{text}' (expected +services:clients or -services:clients)");
            return null;
        }
        (string clients, string except) = SplitExcept(text[(colon + 1)..]);
        ImmutableArray<ClientPattern> matched = Patterns(clients, problems);
        if (matched.IsEmpty)
        {
            problems.Add($"no clients in the rule '{text}'");
            return null;
        }
        return new(text[0] == '+', [.. Words(text[1..colon]).Select(ServiceName.Parse).OfType<ServiceName>()], matched, Patterns(except, problems));
    }

    private static ImmutableArray<ClientPattern> Patterns(string list, List<string> problems) => [.. Words(list).Select(word => ClientPattern.Parse(word, problems))];

    private static string[] Words(string list) => list.Split(Separators, StringSplitOptions.RemoveEmptyEntries);

    private static (string Clients, string Except) SplitExcept(string text)
    {
        string[] words = Words(text);
        int at = Array.FindIndex(words, w => w.Equals("EXCEPT", StringComparison.OrdinalIgnoreCase));
        return at < 0 ? (text, "") : (string.Join(',', words[..at]), string.Join(',', words[(at + 1)..]));
    }
}

/// <param name="Service">Null: every service.</param>
internal sealed record ServiceName(MailService? Service, bool ProtectedOnly)
{
    public bool Matches(MailService service, bool isProtected) => (Service is null || Service == service) && (isProtected || !ProtectedOnly);

    /// <summary>Null for a service we do not have: real directories name many (smime, sieve ...), and they are left out in silence.</summary>
    public static ServiceName? Parse(string word) => word.ToLowerInvariant() switch
    {
        "all" or "*" => new(null, false),
        "imap" => new(MailService.Imap, false),
        "imaps" => new(MailService.Imap, true),
        "pop" or "pop3" => new(MailService.Pop, false),
        "pops" or "pop3s" => new(MailService.Pop, true),
        "smtp" => new(MailService.Smtp, false),
        "smtps" => new(MailService.Smtp, true),
        "http" => new(MailService.Http, false),
        "https" => new(MailService.Http, true),
        _ => null,
    };
}

/// <summary>
/// Whom a rule is about. Names of hosts cannot match, because a login never waits for DNS: they are told as a problem. KNOWN (has a name) counts as everybody,
/// UNKNOWN and DNSSPOOFER as nobody, LOCAL as this machine.
/// </summary>
internal sealed record ClientPattern(ClientKind Kind, IPNetwork Network)
{
    public bool Matches(IPAddress client) => Kind switch
    {
        ClientKind.Everybody => true,
        ClientKind.ThisMachine => IPAddress.IsLoopback(client),
        ClientKind.Network => Network.Contains(client),
        _ => false,
    };

    public static ClientPattern Parse(string word, List<string> problems)
    {
        switch (word.ToUpperInvariant())
        {
            case "ALL" or "*" or "KNOWN":
                return new(ClientKind.Everybody, default);
            case "LOCAL":
                return new(ClientKind.ThisMachine, default);
            case "UNKNOWN" or "DNSSPOOFER":
                return new(ClientKind.Nobody, default);
        }
        if (TryNetwork(word, out IPNetwork network))
            return new(ClientKind.Network, network);
        problems.Add($"client '{word}' never matches: only addresses, networks, ALL, LOCAL, KNOWN and UNKNOWN do");
        return new(ClientKind.Nobody, default);
    }

    /// <summary>"10.1.2.3", "10.1." (all below it), "10.1.0.0/16", "10.1.0.0/255.255.0.0", "2001:db8::/32".</summary>
    private static bool TryNetwork(string word, out IPNetwork network)
    {
        network = default;
        if (word.EndsWith('.'))
        {
            int parts = word.Count(c => c == '.');
            return parts < 4 && TryMasked(word + string.Join('.', Enumerable.Repeat("0", 4 - parts)), parts * 8, out network);
        }
        string[] halves = word.Split('/');
        if (halves.Length > 2 || !IPAddress.TryParse(halves[0], out IPAddress? address) || (!word.Contains(':') && halves[0].Count(c => c == '.') != 3))
            return false;
        int all = address.GetAddressBytes().Length * 8;
        if (halves.Length == 1)
            return TryMasked(halves[0], all, out network);
        if (int.TryParse(halves[1], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int bits))
            return bits <= all && TryMasked(halves[0], bits, out network);
        return TryMaskBits(halves[1], all, out bits) && TryMasked(halves[0], bits, out network);
    }

    private static bool TryMaskBits(string mask, int all, out int bits)
    {
        bits = 0;
        if (!IPAddress.TryParse(mask, out IPAddress? address) || address.GetAddressBytes() is not { } octets || octets.Length * 8 != all)
            return false;
        bits = octets.Sum(o => System.Numerics.BitOperations.PopCount(o));
        int ones = bits;
        return octets.Select((o, i) => o == (byte)(0xFF00 >> Math.Clamp(ones - (i * 8), 0, 8))).All(same => same);
    }

    private static bool TryMasked(string address, int bits, out IPNetwork network)
    {
        network = default;
        if (!IPAddress.TryParse(address, out IPAddress? parsed))
            return false;
        byte[] octets = parsed.GetAddressBytes();
        for (int i = 0; i < octets.Length; i++)
            octets[i] &= (byte)(0xFF00 >> Math.Clamp(bits - (i * 8), 0, 8));
        network = new(new IPAddress(octets), bits);
        return true;
    }
}

internal enum ClientKind
{
    Nobody,
    Everybody,
    ThisMachine,
    Network,
}

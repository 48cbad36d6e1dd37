using System.Collections.Immutable;
using System.Net;
using DirMail.Mail;

namespace DirMail.Routing;

/// <summary>
/// One rule: ("+" / "-") services ":" clients [ "EXCEPT" clients ]. Where it cannot be told whether a client is meant (its name is not looked up, or the word cannot be read),
/// the rule is taken in the way that refuses: one that grants does not match, one that refuses does.
/// </summary>
internal sealed record ServiceRule(bool Grants, ImmutableArray<ServiceName> Services, ImmutableArray<ClientPattern> Clients, ImmutableArray<ClientPattern> Except)
{
    private static readonly char[] Separators = [',', ' ', '\t'];

    /// <summary>As the directory has it.</summary>
    public required string Text { get; init; }

    /// <summary>Readable as every service, to every client.</summary>
    public bool IsForAll => Text.Length > 0 && Text[0] is '+' or '-' && Services.Contains(new ServiceName(null, false)) && Clients.Contains(ClientPattern.Everybody) && Except.IsEmpty;

    public bool Matches(MailService service, bool isProtected, IPAddress client) =>
        Services.Any(s => s.Matches(service, isProtected)) && (Grants
            ? Any(Clients, client) == ClientMatch.Yes && Any(Except, client) == ClientMatch.No
            : Any(Clients, client) != ClientMatch.No && Any(Except, client) != ClientMatch.Yes);

    /// <summary>What cannot be read at all refuses every service to everybody, and is told, as is a client that is not understood; an unknown service is left out.</summary>
    public static ServiceRule Parse(string text, List<string> problems)
    {
        int colon = text.IndexOf(':');
        if (colon < 0 || text[0] is not ('+' or '-'))
            return Unreadable(text, "expected +services:clients or -services:clients", problems);
        (string clients, string except) = SplitExcept(text[(colon + 1)..]);
        ImmutableArray<ClientPattern> matched = Patterns(clients, problems);
        if (matched.IsEmpty)
            return Unreadable(text, "it names no clients", problems);
        return new(text[0] == '+', [.. Words(text[1..colon]).Select(ServiceName.Parse).OfType<ServiceName>()], matched, Patterns(except, problems)) { Text = text };
    }

    private static ServiceRule Unreadable(string text, string why, List<string> problems)
    {
        problems.Add($"not a rule, so it refuses everybody: '{Entries.EntryValues.Shown(text)}' ({why})");
        return new(false, [new(null, false)], [ClientPattern.Everybody], []) { Text = text };
    }

    private static ClientMatch Any(ImmutableArray<ClientPattern> patterns, IPAddress client)
    {
        ClientMatch best = ClientMatch.No;
        foreach (ClientPattern pattern in patterns)
            if (pattern.Matches(client) is var match && match > best)
                best = match;
        return best;
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

/// <summary>In order: none of several matches only when each does not.</summary>
internal enum ClientMatch
{
    No,
    Unknown,
    Yes,
}

/// <summary>
/// Whom a rule is about. A login never waits for DNS, so the client's name is unknown: host names, ".suffix", KNOWN, UNKNOWN and DNSSPOOFER cannot be decided, as a word
/// that cannot be read. LOCAL is this machine.
/// </summary>
internal sealed record ClientPattern(ClientKind Kind, IPNetwork Network)
{
    public static readonly ClientPattern Everybody = new(ClientKind.Everybody, default);

    public ClientMatch Matches(IPAddress client) => Kind switch
    {
        ClientKind.Everybody => ClientMatch.Yes,
        ClientKind.ThisMachine => IPAddress.IsLoopback(client) ? ClientMatch.Yes : ClientMatch.No,
        ClientKind.Network => Network.Contains(client) ? ClientMatch.Yes : ClientMatch.No,
        _ => ClientMatch.Unknown,
    };

    public static ClientPattern Parse(string word, List<string> problems)
    {
        switch (word.ToUpperInvariant())
        {
            case "ALL" or "*":
                return Everybody;
            case "LOCAL":
                return new(ClientKind.ThisMachine, default);
        }
        if (TryNetwork(word, out IPNetwork network))
            return new(ClientKind.Network, network);
        problems.Add($"client '{Entries.EntryValues.Shown(word)}' is decided by no address, so the rule counts as far as it refuses: only addresses, networks, ALL, * and LOCAL can be");
        return new(ClientKind.Undecided, default);
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
    Undecided,
    Everybody,
    ThisMachine,
    Network,
}

using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using DirMail.Ldap;
using DirMail.Mail;
using DirMail.Routing.Table;

namespace DirMail.Routing.Entries;

/// <summary>
/// Reads typed values out of one entry. The directory checks little (SCHEMA 4.3), so nothing is taken on trust: a value that cannot be read counts as
/// missing and becomes a problem with the entry's name and the attribute.
/// </summary>
internal sealed class EntryValues(IEntryContent entry, KnownDomains domains)
{
    /// <summary>Beyond these an entry is told to have more: an entry of a thousand bad values costs no thousand lines.</summary>
    private const int MostProblems = 20;

    private const int LongestShown = 80;

    /// <summary>As many are tried for one message (RFC 5321 5.1 has no number).</summary>
    private const int MostServers = 10;

    /// <summary>A longer one may still be an address, and is read the long way.</summary>
    private const int LongestUsualAddress = 320;

    private static readonly string[] TimeFormats = ["yyyyMMddHHmmss", "yyyyMMddHHmm", "yyyyMMddHH", "yyyyMMddHHmmss.FFFFFFF", "yyyyMMddHHmmsszzz", "yyyyMMddHHmmzzz"];

    private List<DirectoryProblem>? _problems;

    public IEntryContent Entry => entry;
    public string Dn => entry.Dn.Text;
    public int ProblemCount => _problems?.Count ?? 0;
    public ImmutableArray<DirectoryProblem> Problems => _problems is null ? [] : [.. _problems];

    public void Problem(string attribute, string text) => Add(new(Dn, attribute, text));

    private void Add(DirectoryProblem problem)
    {
        _problems ??= [];
        if (_problems.Count < MostProblems)
            _problems.Add(problem);
        else if (_problems.Count == MostProblems)
            _problems.Add(problem with { Text = "this and more attributes have further problems: mend those above first" });
    }

    /// <summary>A value as a line of text may hold it: short, without control characters.</summary>
    public static string Shown(string value)
    {
        string start = value.Length <= LongestShown ? value : value[..LongestShown] + "...";
        return start.Any(char.IsControl) ? string.Concat(start.Select(c => char.IsControl(c) ? '?' : c)) : start;
    }

    public bool Has(string attribute) => Count(attribute, out _) > 0;

    /// <summary>First value, trimmed; null when missing or blank.</summary>
    public string? First(string attribute) => Count(attribute, out int at) > 0 && Decoded(at, 0) is { Length: > 0 } text ? text : null;

    /// <summary>The value of an attribute that takes one. Some directories let it have several: then none of them is it.</summary>
    public string? Text(string attribute) => Text(attribute, out _);

    private string? Text(string attribute, out bool isAmbiguous)
    {
        isAmbiguous = false;
        string? first = null;
        IReadOnlyList<string> all = All(attribute);
        if (all.Count < 2)
            return all.Count == 0 ? null : all[0];
        foreach (string text in all)
        {
            isAmbiguous = first is not null && !text.Equals(first, StringComparison.OrdinalIgnoreCase);
            if (isAmbiguous)
            {
                Problem(attribute, $"has several values, '{Shown(first!)}' and '{Shown(text)}': none of them counts");
                return null;
            }
            first ??= text;
        }
        return first;
    }

    /// <summary>The value of an attribute that takes one in each language (RFC 3866), and the one without: several different ones in a language are none.</summary>
    public List<(string? Language, string Text)> ByLanguage(string attribute)
    {
        var found = new List<(string? Language, string Text)>();
        for (int i = 0; i < entry.Count; i++)
        {
            string description = entry.Description(i);
            if (!description.StartsWith(attribute, StringComparison.OrdinalIgnoreCase) || (description.Length > attribute.Length && description[attribute.Length] != ';'))
                continue;
            if (Text(description) is { } text)
                foreach (string option in description.Length == attribute.Length ? [""] : description[(attribute.Length + 1)..].ToLowerInvariant().Split(';'))
                    if (option.Length == 0 || option.StartsWith("lang-", StringComparison.Ordinal))
                        found.Add((option.Length == 0 ? null : option["lang-".Length..], text));
                    else
                        Problem(attribute, $"the option '{Shown(option)}' is no language: the value does not count");
        }
        return found;
    }

    /// <summary>All values, trimmed, without blank ones.</summary>
    public IReadOnlyList<string> All(string attribute)
    {
        int count = Count(attribute, out int at);
        if (count == 0)
            return [];
        if (count == 1)
            return Decoded(at, 0) is { Length: > 0 } only ? [only] : [];
        var all = new List<string>(count);
        for (int i = 0; i < count; i++)
            if (Decoded(at, i) is { Length: > 0 } text)
                all.Add(text);
        return all;
    }

    private int Count(string attribute, out int at) => (at = entry.IndexOf(attribute)) < 0 ? 0 : entry.ValueCount(at);

    private string Decoded(int attribute, int value) => Encoding.UTF8.GetString(entry.Value(attribute, value)).Trim();

    /// <summary>Of all the attributes, in order, each once.</summary>
    public ImmutableArray<MailAddress> Addresses(string attribute) => Addresses("", attribute);

    /// <param name="localPart">Addresses with that local part share the string.</param>
    public ImmutableArray<MailAddress> Addresses(string localPart, params ReadOnlySpan<string> attributes)
    {
        var found = new Distinct<MailAddress, string>(static a => a.Key);
        Span<char> room = stackalloc char[LongestUsualAddress];
        foreach (string attribute in attributes)
        {
            int count = Count(attribute, out int at);
            for (int i = 0; i < count; i++)
                if (Decoded(entry.Value(at, i), room) is { IsEmpty: false } text && Address(attribute, text, localPart) is { } address)
                    found.Add(address);
        }
        return found.ToImmutable();
    }

    /// <summary>Without a string, where there is room; trimmed.</summary>
    private static ReadOnlySpan<char> Decoded(ReadOnlySpan<byte> value, Span<char> room) =>
        (value.Length <= room.Length ? room[..Encoding.UTF8.GetChars(value, room)] : Encoding.UTF8.GetString(value).AsSpan()).Trim();

    public MailAddress? FirstAddress(string attribute) => Text(attribute) is { } text ? Address(attribute, text) : null;

    public MailAddress? Address(string attribute, ReadOnlySpan<char> text, string localPart = "")
    {
        if (MailAddress.TryParse(text, domains, localPart, out MailAddress address))
            return address;
        Problem(attribute, $"'{Shown(text.ToString())}' is not a mail address");
        return null;
    }

    public ImmutableArray<IPAddress> IpAddresses(string attribute)
    {
        var found = new Distinct<IPAddress, IPAddress>(static ip => ip);
        foreach (string text in All(attribute))
            if (!IsAddress(text, out IPAddress? ip))
                Problem(attribute, $"'{Shown(text)}' is not an IP address");
            else if (ip!.IsIPv4MappedToIPv6 || ip.IsIPv6Multicast || ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any) || (!text.Contains(':') && ip.GetAddressBytes()[0] >= 224))
                Problem(attribute, $"'{text}' cannot be the address of a virtual server");
            else
                found.Add(ip);
        return found.ToImmutable();
    }

    /// <summary>Other spellings of an IPv4 address (octal, hexadecimal, three numbers) mean different things to different readers.</summary>
    private static bool IsAddress(string text, out IPAddress? ip) =>
        IPAddress.TryParse(text, out ip) && !text.Contains('%') && !text.Contains('[') && (text.Contains(':') || ip.ToString() == text);

    /// <summary>-1 means no limit (null), -2 and a missing value the system's default.</summary>
    public long? Number(string attribute, long? usual = null)
    {
        if (Text(attribute) is not { } text)
            return usual;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) && number >= -2)
            return Limit(number, usual);
        Problem(attribute, $"'{Shown(text)}' is not a number: counts as missing");
        return usual;
    }

    /// <summary>Blocks of 1024 octets.</summary>
    public long? Blocks(string attribute) => Number(attribute) is { } blocks ? Math.Min(blocks, long.MaxValue >> 10) << 10 : null;

    /// <summary>Octets, or nK, nM, nG; else as <see cref="Number"/>. 0 is a limit: nothing fits (SCHEMA 3.6).</summary>
    public long? Octets(string attribute, long? usual = null)
    {
        if (Text(attribute) is not { } text)
            return usual;
        int shift = char.ToUpperInvariant(text[^1]) switch { 'K' => 10, 'M' => 20, 'G' => 30, _ => 0 };
        string digits = shift == 0 ? text : text[..^1];
        if (long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) && number >= (shift == 0 ? -2 : 0) && number <= long.MaxValue >> shift)
            return Limit(number, usual) << shift;
        Problem(attribute, $"'{Shown(text)}' is not a size (octets, or nK, nM, nG): counts as missing");
        return usual;
    }

    private static long? Limit(long number, long? usual) => number switch { -1 => null, -2 => usual, _ => number };

    /// <summary>GeneralizedTime (RFC 4517 3.3.13).</summary>
    public DateTimeOffset? Time(string attribute)
    {
        if (Text(attribute) is not { } text)
            return null;
        if (DateTimeOffset.TryParseExact(text.TrimEnd('Z'), TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time))
            return time;
        Problem(attribute, $"'{Shown(text)}' is not a time like 20260801000000Z: counts as missing");
        return null;
    }

    public StatusDecision Status(string attribute, MailStatus[] allowed)
    {
        string? text = Text(attribute, out bool isAmbiguous);
        if (isAmbiguous)
            return new(MailStatus.Inactive, attribute, "several values");
        StatusDecision decision = StatusLadder.Read(attribute, text, allowed, out bool isUnknown);
        if (!isUnknown)
            return decision;
        Problem(attribute, $"'{Shown(text!)}' is no known state and counts as inactive");
        return decision with { Value = Shown(text!) };
    }

    /// <summary>Several values are rules of one list: their order does not matter (SCHEMA 3.4).</summary>
    public ServiceRules Services(string attribute)
    {
        if (!Has(attribute))
            return ServiceRules.AllowAll;
        ServiceRules rules = ServiceRules.Parse(string.Join('$', All(attribute)), out string? problem);
        if (problem is not null)
            Problem(attribute, problem);
        return rules;
    }

    public ImmutableArray<string> Names(string attribute)
    {
        var found = new Distinct<string, string>(static name => name);
        foreach (string text in All(attribute))
            if (!MailAddress.TryDomainKey(text, out string key) || key[0] == '[')
                Problem(attribute, $"'{Shown(text)}' is not a domain name");
            else
                found.Add(key);
        return found.ToImmutable();
    }

    /// <summary>At most <see cref="MostServers"/>.</summary>
    /// <param name="otherwise">What follows from a value that is none.</param>
    public ImmutableArray<RelayServer> Servers(string attribute, string otherwise, out bool isAnyUnread)
    {
        isAnyUnread = false;
        var found = new Distinct<RelayServer, RelayServer>(static server => server);
        foreach (string text in All(attribute))
            if (RelayServer.Parse(text) is { } server)
                found.Add(server);
            else
            {
                isAnyUnread = true;
                Problem(attribute, $"'{Shown(text)}' is no host name or [address], with :port where it is not 25; {otherwise}");
            }
        ImmutableArray<RelayServer> servers = found.ToImmutable();
        if (servers.Length > MostServers)
            Problem(attribute, $"names {servers.Length} servers: the first {MostServers} in alphabetical order count");
        return servers.Length > MostServers ? [.. servers.OrderBy(static server => server.ToString(), StringComparer.Ordinal).Take(MostServers)] : servers;
    }

    /// <summary>Normalised names of entries.</summary>
    public ImmutableArray<string> Dns(string attribute)
    {
        IReadOnlyList<string> all = All(attribute);
        if (all.Count == 0)
            return [];
        ImmutableArray<string>.Builder found = ImmutableArray.CreateBuilder<string>(all.Count);
        foreach (string text in all)
            if (Ldap.Dn.TryParse(text, out Dn? dn))
                found.Add(dn!.Normal);
            else
                Problem(attribute, $"'{Shown(text)}' is not a distinguished name");
        return found.DrainToImmutable();
    }

    /// <summary>What filters of groups may ask for.</summary>
    public Traits Traits(TableSettings settings)
    {
        FrozenSet<string> kept = settings.Attributes.Searchable;
        return settings.Shared.Traits(EntryDigest.Of(entry, kept), () =>
            [.. Enumerable.Range(0, entry.Count).Where(a => kept.Contains(entry.Description(a)))
                .SelectMany(a => Enumerable.Range(0, entry.ValueCount(a)).Select(v => (entry.Description(a), MemberFilter.Normal(entry.Value(a, v)))))]);
    }

    /// <summary>Nothing is wrong with it.</summary>
    public void WithoutEffect(string attribute, string reason) => Add(new(Dn, attribute, "has no effect in this version: " + reason) { IsWithoutEffect = true });

    public void TellNotInForce(AttributeNames names)
    {
        for (int i = 0; i < names.NotInForce.Count; i++)
            if (names.NotInForce[i] is var (attribute, reason, soAnyway) && Has(attribute) && HasOthers(attribute, soAnyway))
                WithoutEffect(attribute, reason);
    }

    private bool HasOthers(string attribute, string[] values) => All(attribute).Any(value => !values.Contains(value, StringComparer.OrdinalIgnoreCase));
}

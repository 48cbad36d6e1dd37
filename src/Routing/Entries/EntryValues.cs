using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using DirMail.Ldap;
using DirMail.Mail;

namespace DirMail.Routing.Entries;

/// <summary>
/// Reads typed values out of one entry. The directory checks little (SCHEMA 4.3), so nothing is taken on trust: a value that cannot be read counts as
/// missing and becomes a problem with the entry's name and the attribute.
/// </summary>
internal sealed class EntryValues(LdapEntry entry, KnownDomains domains)
{
    private static readonly string[] TimeFormats = ["yyyyMMddHHmmss", "yyyyMMddHHmm", "yyyyMMddHH", "yyyyMMddHHmmss.FFFFFFF", "yyyyMMddHHmmsszzz", "yyyyMMddHHmmzzz"];

    private readonly List<DirectoryProblem> _problems = [];

    public Dn Name => entry.Dn;
    public string Dn => entry.Dn.Text;
    public ImmutableArray<DirectoryProblem> Problems => _problems.Count == 0 ? [] : [.. _problems];

    public void Problem(string attribute, string text) => _problems.Add(new(Dn, attribute, text));

    public bool Has(string attribute) => entry.Find(attribute) is { Values.Count: > 0 };

    /// <summary>First value, trimmed; null when missing or blank.</summary>
    public string? Text(string attribute) => entry.First(attribute)?.Trim() is { Length: > 0 } text ? text : null;

    public IEnumerable<string> All(string attribute) => entry.All(attribute).Select(v => v.Trim()).Where(v => v.Length > 0);

    public ImmutableArray<MailAddress> Addresses(params ReadOnlySpan<string> attributes)
    {
        ImmutableArray<MailAddress>.Builder found = ImmutableArray.CreateBuilder<MailAddress>();
        foreach (string attribute in attributes)
            foreach (string text in All(attribute))
                if (Address(attribute, text) is { } address && !found.Any(a => a.IsSameAs(address)))
                    found.Add(address);
        return found.DrainToImmutable();
    }

    public MailAddress? FirstAddress(string attribute) => Text(attribute) is { } text ? Address(attribute, text) : null;

    public MailAddress? Address(string attribute, string text)
    {
        if (MailAddress.TryParse(text, domains, out MailAddress address))
            return address;
        Problem(attribute, $"'{text}' is not a mail address");
        return null;
    }

    public ImmutableArray<IPAddress> IpAddresses(string attribute)
    {
        ImmutableArray<IPAddress>.Builder found = ImmutableArray.CreateBuilder<IPAddress>();
        foreach (string text in All(attribute))
            if (!IPAddress.TryParse(text, out IPAddress? ip) || (!text.Contains(':') && text.Count(c => c == '.') != 3) || text.Contains('%'))
                Problem(attribute, $"'{text}' is not an IP address");
            else if (ip.IsIPv4MappedToIPv6 || ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any))
                Problem(attribute, $"'{text}' cannot be the address of a virtual server");
            else if (!found.Contains(ip))
                found.Add(ip);
        return found.DrainToImmutable();
    }

    /// <summary>-1 (none) and -2 (the system's default) are null, as is a missing value.</summary>
    public long? Number(string attribute)
    {
        if (Text(attribute) is not { } text)
            return null;
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) || number < -2)
            Problem(attribute, $"'{text}' is not a number");
        return number < 0 || !long.TryParse(text, out _) ? null : number;
    }

    /// <summary>Blocks of 1024 octets.</summary>
    public long? Blocks(string attribute) => Number(attribute) is { } blocks ? Math.Min(blocks, long.MaxValue >> 10) << 10 : null;

    /// <summary>Octets, or nK, nM, nG.</summary>
    public long? Octets(string attribute)
    {
        if (Text(attribute) is not { } text)
            return null;
        int shift = char.ToUpperInvariant(text[^1]) switch { 'K' => 10, 'M' => 20, 'G' => 30, _ => 0 };
        string digits = shift == 0 ? text : text[..^1];
        if (long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) && number >= -2 && number <= long.MaxValue >> shift)
            return number < 0 ? null : number << shift;
        Problem(attribute, $"'{text}' is not a size (octets, or nK, nM, nG)");
        return null;
    }

    /// <summary>GeneralizedTime (RFC 4517 3.3.13).</summary>
    public DateTimeOffset? Time(string attribute)
    {
        if (Text(attribute) is not { } text)
            return null;
        if (DateTimeOffset.TryParseExact(text.TrimEnd('Z'), TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time))
            return time;
        Problem(attribute, $"'{text}' is not a time like 20260801000000Z");
        return null;
    }

    public StatusDecision Status(string attribute, MailStatus[] allowed)
    {
        StatusDecision decision = StatusLadder.Read(attribute, Text(attribute), allowed, out bool isUnknown);
        if (isUnknown)
            Problem(attribute, $"'{decision.Value}' is no known state and counts as inactive");
        return decision;
    }

    public ServiceRules Services(string attribute)
    {
        if (Text(attribute) is not { } text)
            return ServiceRules.AllowAll;
        ServiceRules rules = ServiceRules.Parse(text, out string? problem);
        if (problem is not null)
            Problem(attribute, problem);
        return rules;
    }

    public ImmutableArray<string> Names(string attribute)
    {
        ImmutableArray<string>.Builder found = ImmutableArray.CreateBuilder<string>();
        foreach (string text in All(attribute))
            if (!MailAddress.TryParse("x@" + text, out MailAddress any) || any.IsLiteral)
                Problem(attribute, $"'{text}' is not a domain name");
            else if (!found.Contains(any.DomainKey))
                found.Add(any.DomainKey);
        return found.DrainToImmutable();
    }

    /// <summary>Normalised names of entries.</summary>
    public ImmutableArray<string> Dns(string attribute)
    {
        ImmutableArray<string>.Builder found = ImmutableArray.CreateBuilder<string>();
        foreach (string text in All(attribute))
            if (Ldap.Dn.TryParse(text, out Dn? dn))
                found.Add(dn!.Normal);
            else
                Problem(attribute, $"'{text}' is not a distinguished name");
        return found.DrainToImmutable();
    }

    public void TellNotInForce(AttributeNames names)
    {
        foreach (string attribute in names.NotInForce)
            if (Has(attribute))
                Problem(attribute, "has no effect in this version");
    }
}

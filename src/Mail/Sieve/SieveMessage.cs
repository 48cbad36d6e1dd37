using DirMail.Mail.Mime;

namespace DirMail.Mail.Sieve;

/// <summary>A message as scripts see it. What was looked up once is kept: one message may be judged by many scripts. Not for several threads at once.</summary>
/// <param name="header">The top header as the recipient gets it; what lies behind the blank line is not looked at.</param>
/// <param name="octets">Of the whole message.</param>
/// <param name="sender">Of the envelope.</param>
public sealed class SieveMessage(ReadOnlySpan<byte> header, long octets, MailAddress? sender)
{
    private readonly ILookup<string, string> _fields = HeaderBlock.Parse(header).Fields.ToLookup(static field => field.Name, static field => field.Value, StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, IReadOnlyList<string>> _values = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, IReadOnlyList<AddressParts>> _addresses = new(StringComparer.OrdinalIgnoreCase);

    public long Octets => octets;
    public MailAddress? Sender => sender;

    /// <summary>Values of the fields of that name, unfolded and decoded (RFC 5228 2.7.2), without blanks around them.</summary>
    internal IReadOnlyList<string> Values(string name)
    {
        if (!_values.TryGetValue(name, out IReadOnlyList<string>? values))
            _values.Add(name, values = [.. _fields[name].Select(static value => EncodedWords.Decode(value).Trim())]);
        return values;
    }

    /// <summary>Addresses in the fields of that name, those in groups too.</summary>
    internal IReadOnlyList<AddressParts> Addresses(string name)
    {
        if (!_addresses.TryGetValue(name, out IReadOnlyList<AddressParts>? addresses))
            _addresses.Add(name, addresses = [.. _fields[name].SelectMany(static value => AddressList.Parse(value)).Where(static a => a is { Mailbox: not null, Host: not null }).Select(static a => new AddressParts(a.Mailbox!, a.Host!))]);
        return addresses;
    }
}

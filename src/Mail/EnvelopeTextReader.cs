using System.Collections.Immutable;
using System.Globalization;

namespace DirMail.Mail;

/// <summary>Takes the lines of <see cref="EnvelopeText"/> one by one; each answers null or what is wrong with it.</summary>
internal sealed class EnvelopeTextReader
{
    private readonly ImmutableArray<EnvelopeRecipient>.Builder _recipients = ImmutableArray.CreateBuilder<EnvelopeRecipient>();
    private Envelope _envelope = new();
    private bool _hasSender;

    public string? Take(string line)
    {
        if (line.Length == 0 || line[0] == '#')
            return null;
        int colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
            return "not of the form 'name: value'";
        string value = line[(colon + 1)..].Trim();
        return line[..colon].TrimEnd().ToLowerInvariant() switch
        {
            "sender" => TakeSender(value),
            "recipient" => TakeRecipient(value),
            "envelope-id" => TakeEnvelopeId(value),
            "return" => TakeReturn(value),
            "body" => TakeBody(value),
            "utf8" => TakeUtf8(value),
            "require-tls" => TakeRequireTls(value),
            "not-before" => TakeNotBefore(value),
            "deliver-by" => TakeDeliverBy(value),
            "priority" => TakePriority(value),
            string name => $"'{name}' is not known: sender, recipient, envelope-id, return, body, utf8, require-tls, not-before, deliver-by or priority",
        };
    }

    public EnvelopeTextResult Complete(int line, int messageStart)
    {
        if (!_hasSender)
            return new EnvelopeTextResult.Unreadable(line, "no sender line before the boundary (the null sender is written 'sender: <>')");
        if (_recipients.Count == 0)
            return new EnvelopeTextResult.Unreadable(line, "no recipient line before the boundary");
        return new EnvelopeTextResult.Read(_envelope with { Recipients = _recipients.ToImmutable() }, messageStart);
    }

    private string? TakeSender(string value)
    {
        if (_hasSender)
            return "a second sender";
        _hasSender = true;
        if (value == "<>")
            return null;
        if (!TryPath(value, out MailAddress sender, out string rest) || rest.Length > 0)
            return $"'{value}' is not an address";
        _envelope = _envelope with { Sender = sender };
        return null;
    }

    private string? TakeRecipient(string value)
    {
        if (!TryPath(value, out MailAddress given, out string rest))
            return $"'{value}' is not an address";
        var recipient = new EnvelopeRecipient(given);
        foreach (string wish in rest.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (wish.StartsWith("notify=", StringComparison.OrdinalIgnoreCase) && TryNotify(wish[7..], out Notify notify))
                recipient = recipient with { Notify = notify };
            else if (wish.StartsWith("orcpt=", StringComparison.OrdinalIgnoreCase) && XText.TryDecode(wish.AsSpan(6), out string original) && original.IndexOf(';', StringComparison.Ordinal) > 0)
                recipient = recipient with { OriginalRecipient = original };
            else
                return $"'{wish}' is neither notify=never|success,failure,delay nor orcpt=type;address";
        }
        _recipients.Add(recipient);
        return null;
    }

    private string? TakeEnvelopeId(string value)
    {
        if (!XText.TryDecode(value, out string id))
            return $"'{value}' is not xtext (RFC 3461)";
        _envelope = _envelope with { EnvelopeId = id };
        return null;
    }

    private string? TakeReturn(string value)
    {
        if (value.ToLowerInvariant() is not ("full" or "headers"))
            return $"'{value}' is neither full nor headers";
        _envelope = _envelope with { Return = value[0] is 'f' or 'F' ? ReturnContent.Full : ReturnContent.Headers };
        return null;
    }

    private string? TakeBody(string value)
    {
        if (!Enum.TryParse(value, ignoreCase: true, out BodyType body) || char.IsAsciiDigit(value[0]))
            return $"'{value}' is none of sevenbit, eightbitmime, binarymime";
        _envelope = _envelope with { Body = body };
        return null;
    }

    private string? TakeUtf8(string value)
    {
        if (!TryYes(value, out bool isYes))
            return NotYes(value);
        _envelope = _envelope with { Utf8 = isYes };
        return null;
    }

    private string? TakeRequireTls(string value)
    {
        if (!TryYes(value, out bool isYes))
            return NotYes(value);
        _envelope = _envelope with { Wishes = _envelope.Wishes with { RequireTls = isYes } };
        return null;
    }

    private string? TakeNotBefore(string value)
    {
        if (!TryTime(value, out DateTimeOffset time))
            return NoTime(value);
        _envelope = _envelope with { Wishes = _envelope.Wishes with { NotBefore = time } };
        return null;
    }

    private string? TakeDeliverBy(string value)
    {
        string[] words = value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is not [var time, .. var rest] || !TryTime(time, out DateTimeOffset deadline))
            return NoTime(value);
        if (rest is not (["return" or "notify"] or ["return" or "notify", "trace"]))
            return $"'{value}' does not end with return, notify, return trace or notify trace";
        _envelope = _envelope with { Wishes = _envelope.Wishes with { By = new(deadline, rest[0] == "return", rest.Length > 1) } };
        return null;
    }

    private string? TakePriority(string value)
    {
        if (!int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int priority) || priority is < -9 or > 9)
            return $"'{value}' is no number from -9 to 9";
        _envelope = _envelope with { Wishes = _envelope.Wishes with { Priority = priority } };
        return null;
    }

    private static bool TryYes(string value, out bool isYes)
    {
        isYes = value.Equals("yes", StringComparison.OrdinalIgnoreCase);
        return isYes || value.Equals("no", StringComparison.OrdinalIgnoreCase);
    }

    private static string NotYes(string value) => $"'{value}' is neither yes nor no";

    private static bool TryTime(string value, out DateTimeOffset time) =>
        DateTimeOffset.TryParseExact(value.ToUpperInvariant(), EnvelopeText.TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);

    private static string NoTime(string value) => $"'{value}' is no time in UTC such as 2026-12-24T18:00:00Z";

    /// <summary>In angle brackets; a quoted local part may hold one itself, so the last ">" followed by a blank or the end counts.</summary>
    private static bool TryPath(string value, out MailAddress address, out string rest)
    {
        address = default;
        rest = "";
        int end = value.IndexOf("> ", value.LastIndexOf("\"@", StringComparison.Ordinal) + 1, StringComparison.Ordinal);
        if (end < 0)
            end = value.Length - 1;
        if (value.Length < 3 || value[0] != '<' || value[end] != '>')
            return false;
        rest = value[(end + 1)..].Trim();
        return MailAddress.TryParse(value[1..end], out address);
    }

    private static bool TryNotify(string value, out Notify notify) =>
        Enum.TryParse(value, ignoreCase: true, out notify) && !char.IsAsciiDigit(value[0]) && value.IndexOf('-', StringComparison.Ordinal) < 0
        && (notify == Notify.Never || !value.Contains("never", StringComparison.OrdinalIgnoreCase));
}

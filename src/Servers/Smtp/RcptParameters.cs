using DirMail.Mail;

namespace DirMail.Servers.Smtp;

/// <summary>Parameters of RCPT: NOTIFY and ORCPT (RFC 3461 4.1, 4.2).</summary>
internal static class RcptParameters
{
    public static readonly IReadOnlyList<string> Known = ["NOTIFY", "ORCPT"];

    public static EnvelopeRecipient? Read(MailAddress given, string[] parameters, out Reply? fault)
    {
        var recipient = new EnvelopeRecipient(given);
        HashSet<string> seen = [];
        foreach (string text in parameters)
        {
            (string key, string? value) = PathSyntax.Parameter(text);
            EnvelopeRecipient? next = seen.Add(key) && value is not null ? With(recipient, key, value) : null;
            if (next is null)
            {
                fault = Known.Contains(key) ? Responses.BadSyntax : Responses.ParameterNotImplemented;
                return null;
            }
            recipient = next;
        }
        fault = null;
        return recipient;
    }

    private static EnvelopeRecipient? With(EnvelopeRecipient recipient, string key, string value)
    {
        if (key == "NOTIFY")
            return ReadNotify(value) is { } notify ? recipient with { Notify = notify } : null;
        int semicolon = value.IndexOf(';');
        if (key != "ORCPT" || semicolon <= 0 || value.Length > 500 || !XText.TryDecode(value.AsSpan(semicolon + 1), out string address))
            return null;
        return recipient with { OriginalRecipient = value[..(semicolon + 1)] + address };
    }

    private static Notify? ReadNotify(string value)
    {
        if (value.Equals("NEVER", StringComparison.OrdinalIgnoreCase))
            return Notify.Never;
        Notify wishes = Notify.Never;
        foreach (string wish in value.Split(','))
        {
            Notify one = wish.ToUpperInvariant() switch { "SUCCESS" => Notify.Success, "FAILURE" => Notify.Failure, "DELAY" => Notify.Delay, _ => Notify.Never };
            if (one == Notify.Never)
                return null;
            wishes |= one;
        }
        return wishes;
    }
}

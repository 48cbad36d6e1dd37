using System.Globalization;
using DirMail.Mail;

namespace DirMail.Servers.Smtp;

/// <summary>Parameters of MAIL: SIZE (RFC 1870), BODY (RFC 6152), SMTPUTF8 (RFC 6531), RET and ENVID (RFC 3461), AUTH (RFC 4954, read and not used).</summary>
internal sealed record MailParameters
{
    public static readonly MailParameters None = new();

    public long? Size { get; init; }
    public BodyType Body { get; init; }
    public bool Utf8 { get; init; }
    public ReturnContent? Return { get; init; }
    public string? EnvelopeId { get; init; }

    /// <summary>Null in <paramref name="fault"/> when all is well; else what to say.</summary>
    public static MailParameters Read(string[] parameters, out Reply? fault)
    {
        MailParameters read = None;
        HashSet<string> seen = [];
        foreach (string text in parameters)
        {
            (string key, string? value) = PathSyntax.Parameter(text);
            MailParameters? next = seen.Add(key) ? read.With(key, value) : null;
            if (next is null)
            {
                fault = IsKnown(key) ? Responses.BadSyntax : Responses.ParameterNotImplemented;
                return None;
            }
            read = next;
        }
        fault = null;
        return read;
    }

    private static bool IsKnown(string key) => key is "SIZE" or "BODY" or "SMTPUTF8" or "RET" or "ENVID" or "AUTH";

    private MailParameters? With(string key, string? value) => (key, value?.ToUpperInvariant()) switch
    {
        ("SIZE", { Length: <= 20 } digits) when long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long size) => this with { Size = size },
        ("BODY", "7BIT") => this,
        ("BODY", "8BITMIME") => this with { Body = BodyType.EightBitMime },
        ("SMTPUTF8", null) => this with { Utf8 = true },
        ("RET", "FULL") => this with { Return = ReturnContent.Full },
        ("RET", "HDRS") => this with { Return = ReturnContent.Headers },
        ("ENVID", { Length: > 0 and <= 100 }) when XText.TryDecode(value, out string id) => this with { EnvelopeId = id },
        ("AUTH", { Length: > 0 }) => this,
        _ => null,
    };
}

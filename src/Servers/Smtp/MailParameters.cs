using System.Globalization;
using DirMail.Mail;

namespace DirMail.Servers.Smtp;

/// <summary>Parameters of MAIL: SIZE (RFC 1870), BODY (RFC 6152, 3030), SMTPUTF8 (RFC 6531), RET and ENVID (RFC 3461), AUTH (RFC 4954, read and not used), and <see cref="WishParameters"/>.</summary>
internal sealed record MailParameters
{
    public static readonly MailParameters None = new();

    public static readonly IReadOnlyList<string> Known = ["SIZE", "BODY", "SMTPUTF8", "RET", "ENVID", "AUTH", "REQUIRETLS", "HOLDFOR", "HOLDUNTIL", "BY", "MT-PRIORITY"];

    /// <summary>As they were given.</summary>
    public IReadOnlyList<string> Words { get; private init; } = [];

    public long? Size { get; init; }
    public BodyType Body { get; init; }
    public bool Utf8 { get; init; }
    public ReturnContent? Return { get; init; }
    public string? EnvelopeId { get; init; }
    public DeliveryWishes Wishes { get; init; } = DeliveryWishes.None;

    /// <summary>Null in <paramref name="fault"/> when all is well; else what to say.</summary>
    /// <param name="isOffered">Whether a known parameter may be used in this session.</param>
    public static MailParameters Read(string[] parameters, Func<string, bool> isOffered, DateTimeOffset now, out Reply? fault)
    {
        MailParameters read = None;
        HashSet<string> seen = [];
        foreach (string text in parameters)
        {
            (string key, string? value) = PathSyntax.Parameter(text);
            bool isTaken = Known.Contains(key) && isOffered(key);
            MailParameters? next = isTaken && seen.Add(key) ? read.With(key, value, now) : null;
            if (next is null)
            {
                fault = isTaken ? Responses.BadSyntax : Responses.ParameterNotImplemented;
                return None;
            }
            read = next;
        }
        fault = null;
        return read with { Words = parameters };
    }

    private MailParameters? With(string key, string? value, DateTimeOffset now) => (key, value?.ToUpperInvariant()) switch
    {
        ("SIZE", { Length: <= 20 } digits) when long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long size) => this with { Size = size },
        ("BODY", "7BIT") => this,
        ("BODY", "8BITMIME") => this with { Body = BodyType.EightBitMime },
        ("BODY", "BINARYMIME") => this with { Body = BodyType.BinaryMime },
        ("SMTPUTF8", null) => this with { Utf8 = true },
        ("RET", "FULL") => this with { Return = ReturnContent.Full },
        ("RET", "HDRS") => this with { Return = ReturnContent.Headers },
        ("ENVID", { Length: > 0 and <= 100 }) when XText.TryDecode(value, out string id) => this with { EnvelopeId = id },
        ("AUTH", { Length: > 0 }) => this,
        _ => WishParameters.With(Wishes, key, value, now) is { } wishes ? this with { Wishes = wishes } : null,
    };
}

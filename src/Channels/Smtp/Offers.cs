using System.Globalization;

namespace DirMail.Channels.Smtp;

/// <summary>The extensions of a server that we use, as its reply to EHLO names them.</summary>
internal sealed record Offers
{
    /// <summary>A server that knows HELO only.</summary>
    public static readonly Offers None = new();

    public bool StartTls { get; private init; }
    public bool Pipelining { get; private init; }
    public bool EightBitMime { get; private init; }
    public bool BinaryMime { get; private init; }
    public bool Chunking { get; private init; }
    public bool Utf8 { get; private init; }
    public bool RequireTls { get; private init; }
    public bool DeliverBy { get; private init; }
    public bool Priority { get; private init; }
    public bool Dsn { get; private init; }
    public bool Size { get; private init; }

    /// <summary>Ways to log in (RFC 4954), in capitals.</summary>
    public IReadOnlyList<string> Logins { get; private init; } = [];

    /// <summary>Largest message it takes; null: not said (RFC 1870 4).</summary>
    public long? MaxOctets { get; private init; }

    public static Offers Read(RemoteReply ehlo)
    {
        Offers offers = None;
        foreach (string line in ehlo.Lines.Skip(1))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            offers = words.Length == 0 ? offers : offers.With(words[0].ToUpperInvariant(), words[1..]);
        }
        return offers;
    }

    private Offers With(string keyword, string[] values) => keyword switch
    {
        "STARTTLS" => this with { StartTls = true },
        "PIPELINING" => this with { Pipelining = true },
        "8BITMIME" => this with { EightBitMime = true },
        "BINARYMIME" => this with { BinaryMime = true },
        "CHUNKING" => this with { Chunking = true },
        "SMTPUTF8" => this with { Utf8 = true },
        "REQUIRETLS" => this with { RequireTls = true },
        "DELIVERBY" => this with { DeliverBy = true },
        "MT-PRIORITY" => this with { Priority = true },
        "DSN" => this with { Dsn = true },
        "AUTH" => this with { Logins = [.. values.Select(static value => value.ToUpperInvariant())] },
        "SIZE" => this with { Size = true, MaxOctets = long.TryParse(values.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out long most) && most > 0 ? most : null },
        _ => this,
    };
}

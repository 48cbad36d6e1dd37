using System.Collections.Frozen;
using System.Net;
using DirMail.Mail.Dmarc;

namespace DirMail.Servers.Smtp.Checks;

/// <summary>What is looked at in mail from outside, and what follows. Mail of own users, logged in or trusted, is never checked.</summary>
public sealed record CheckSettings
{
    public const string Smtp = "smtp", Lmtp = "lmtp";

    /// <summary>Names of the ports whose mail is checked.</summary>
    public FrozenSet<string> Listeners { get; init; } = [Smtp];

    public SpfMode Spf { get; init; } = SpfMode.Report;
    public bool Dkim { get; init; } = true;
    public DmarcMode Dmarc { get; init; } = DmarcMode.Apply;
    public bool Arc { get; init; } = true;

    /// <summary>Handlers whose word counts: a chain of only these that says DMARC passed overrides its failure here.</summary>
    public FrozenSet<string> TrustedSealers { get; init; } = [];

    /// <summary>For organizational domains; whoever reads the file again tells <see cref="InboundChecks.Use"/>.</summary>
    public PublicSuffixes Suffixes { get; init; } = PublicSuffixes.TopLevelOnly;

    /// <summary>Where they are read from; "": nowhere.</summary>
    public string SuffixFile { get; init; } = "";

    /// <summary>How long an unknown triplet must wait; zero: no greylisting.</summary>
    public TimeSpan GreylistDelay { get; init; }

    /// <summary>Zones asked for the client's address.</summary>
    public IReadOnlyList<BlockList> BlockLists { get; init; } = [];

    /// <summary>Clients that neither lists nor greylisting stop.</summary>
    public IReadOnlyList<IPNetwork> Allowed { get; init; } = [];

    /// <summary>Milters, asked in order; protocol 6.</summary>
    public IReadOnlyList<EndPoint> Milters { get; init; } = [];

    /// <summary>An rspamd worker; null: none.</summary>
    public Uri? Rspamd { get; init; }

    /// <summary>What is answered when a milter or rspamd cannot be asked: false, the message is taken; true, 451 4.7.1.</summary>
    public bool HooksFailClosed { get; init; }

    /// <summary>For all answers of one hook about one message.</summary>
    public TimeSpan HookTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Checks that a hosted domain does without, by its name.</summary>
    public FrozenDictionary<string, Check> Off { get; init; } = FrozenDictionary<string, Check>.Empty;

    /// <summary>What is left where no name server can be asked.</summary>
    public CheckSettings WithoutDns() => this with { Spf = SpfMode.Off, Dkim = false, Dmarc = DmarcMode.Off, Arc = false, BlockLists = [] };

    /// <summary>
    /// What is looked at on that port; null: nothing. The client of LMTP is a neighbour that has taken the mail before, so what is asked of the client's address tells nothing of the sender there,
    /// and DMARC would lack half of what it decides by.
    /// </summary>
    public CheckSettings? On(string listener) =>
        !Listeners.Contains(listener) ? null
        : listener == Lmtp ? this with { Spf = SpfMode.Off, Dmarc = DmarcMode.Off, GreylistDelay = TimeSpan.Zero, BlockLists = [] }
        : this;

    /// <summary>Whether it is on for mail to any of these hosted domains.</summary>
    public bool IsOn(Check check, IEnumerable<string> domains) =>
        IsOn(check) && domains.Any(domain => !Off.GetValueOrDefault(domain).HasFlag(check));

    public bool IsOn(Check check) => check switch
    {
        Check.Spf => Spf != SpfMode.Off,
        Check.Dkim => Dkim,
        Check.Dmarc => Dmarc != DmarcMode.Off,
        Check.Arc => Arc,
        Check.Greylist => GreylistDelay > TimeSpan.Zero,
        Check.BlockList => BlockLists.Count > 0,
        Check.Milter => Milters.Count > 0,
        Check.Rspamd => Rspamd is not null,
        _ => false,
    };
}

[Flags]
public enum Check
{
    None = 0,
    Spf = 1,
    Dkim = 2,
    Dmarc = 4,
    Arc = 8,
    Greylist = 16,
    BlockList = 32,
    Milter = 64,
    Rspamd = 128,
}

public enum SpfMode
{
    Off,

    /// <summary>Told in Authentication-Results, and used by DMARC.</summary>
    Report,

    /// <summary>A client that the sender's domain rules out gets 550 5.7.23.</summary>
    Refuse,
}

public enum DmarcMode
{
    Off,
    Report,

    /// <summary>As the domain asks: refused with 550 5.7.1, or delivered with a mark.</summary>
    Apply,
}

using System.Globalization;
using System.Net;
using DirMail.Servers;
using DirMail.Servers.Smtp.Checks;
using DirMail.Wire;

namespace DirMail.Transcripts;

/// <summary>What is settled before the server of a test starts.</summary>
internal sealed record TestSettings
{
    public ServerSettings Servers { get; init; } = new() { Tarpit = TimeSpan.Zero };

    /// <summary>Of mail on the smtp port; null: nothing is asked about it.</summary>
    public CheckSettings? Checks { get; init; }

    public ConnectionLimits Connections { get; init; } = new();

    /// <summary>False: nobody listens where the directory should be.</summary>
    public bool HasDirectory { get; init; } = true;

    /// <summary>Zero: whoever gives wrong passwords waits for nothing. Null: as the product has it.</summary>
    public TimeSpan? LongestLoginDelay { get; init; }

    public FixedDns Dns { get; init; } = new();

    /// <summary>With what these words of a transcript ask for (README.md of this folder); null: they are about no setting.</summary>
    public TestSettings? With(string[] words) => words switch
    {
        ["directory", "missing"] => this with { HasDirectory = false },
        ["connections", "client", var most] => this with { Connections = Connections with { MaxPerClient = Number(most) } },
        ["connections", "domain", var most] => this with { Connections = Connections with { MaxPerDomain = Number(most) } },
        ["connections", var most] => this with { Connections = Connections with { Max = Number(most) } },
        ["check", .. var check] => With(Checks ?? new(), check) is { } checks ? this with { Checks = checks } : null,
        _ => With(Servers, words) is { } servers ? this with { Servers = servers } : null,
    };

    private static ServerSettings? With(ServerSettings servers, string[] words) => words switch
    {
        ["size", var octets] => servers with { MaxMessageOctets = Number(octets) },
        ["recipients", var count] => servers with { MaxRecipients = Number(count) },
        ["errors", var count] => servers with { MaxErrors = Number(count) },
        ["idle", var time] => servers with { SmtpIdle = Milliseconds(time), ImapIdle = Milliseconds(time), Pop3Idle = Milliseconds(time) },
        ["trusted", var network] => servers with { Trusted = [IPNetwork.Parse(network)] },
        ["hourly", "messages", var most] => servers with { MessagesPerClient = Number(most), MessagesPerLogin = Number(most) },
        ["hourly", "recipients", var most] => servers with { RecipientsPerClient = Number(most), RecipientsPerLogin = Number(most) },
        ["loginDelay", var seconds] => servers with { Pop3LoginDelay = TimeSpan.FromSeconds(Number(seconds)) },
        ["plainLogin", var when] => servers with { PlainLogin = Enum.Parse<PlainLogin>(when, ignoreCase: true) },
        _ => null,
    };

    private static CheckSettings? With(CheckSettings checks, string[] words) => words switch
    {
        [] => checks,
        ["spf", var mode] => checks with { Spf = Enum.Parse<SpfMode>(mode, ignoreCase: true) },
        ["dmarc", var mode] => checks with { Dmarc = Enum.Parse<DmarcMode>(mode, ignoreCase: true) },
        ["greylist", var seconds] => checks with { GreylistDelay = TimeSpan.FromSeconds(Number(seconds)) },
        ["list", var zone] => checks with { BlockLists = [.. checks.BlockLists, BlockList.Parse(zone) ?? throw new FormatException(zone)] },
        ["listeners", .. var names] => checks with { Listeners = [.. names] },
        ["hooks", "defer"] => checks with { HooksFailClosed = true },
        _ => null,
    };

    public static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);

    private static TimeSpan Milliseconds(string word) => TimeSpan.FromMilliseconds(Number(word));
}

using System.Collections.Frozen;

namespace DirMail.Servers.Smtp;

/// <summary>One verb: what the session must have, and who runs it. What EHLO offers because it is there stands in <see cref="SmtpExtension"/>.</summary>
internal sealed record SmtpCommand(string Verb, Needs Needs, Func<SmtpSession, string, Task> RunAsync)
{
    /// <summary>In the order in which HELP speaks of them.</summary>
    public static readonly IReadOnlyList<SmtpCommand> All =
    [
        new("EHLO", Needs.Nothing, Ehlo.RunAsync) { Spoken = Dialect.Smtp },
        new("LHLO", Needs.Nothing, Ehlo.RunAsync) { Spoken = Dialect.Lmtp },
        new("HELO", Needs.Nothing, Helo.RunAsync) { Spoken = Dialect.Smtp },
        new("STARTTLS", Needs.Hello, StartTls.RunAsync),
        new("AUTH", Needs.Hello | Needs.NoTransaction, Auth.RunAsync) { Spoken = Dialect.Smtp },
        new("MAIL", Needs.Hello | Needs.NoTransaction, MailFrom.RunAsync),
        new("RCPT", Needs.Transaction, RcptTo.RunAsync),
        new("DATA", Needs.Recipient, Data.RunAsync) { EndsGroup = true },
        new("BDAT", Needs.Nothing, Bdat.RunAsync),
        new("RSET", Needs.Nothing, Rset.RunAsync),
        new("NOOP", Needs.Nothing, Noop.RunAsync),
        new("VRFY", Needs.Nothing, Vrfy.RunAsync),
        new("ETRN", Needs.Hello | Needs.NoTransaction, Etrn.RunAsync) { Spoken = Dialect.Smtp },
        new("HELP", Needs.Nothing, Help.RunAsync),
        new("QUIT", Needs.Nothing, Quit.RunAsync),
    ];

    private static readonly FrozenDictionary<string, SmtpCommand> ByVerb = All.ToFrozenDictionary(static command => command.Verb, StringComparer.OrdinalIgnoreCase);

    /// <summary>Where the verb is known; anywhere else it is no command.</summary>
    public Dialect Spoken { get; init; } = Dialect.Smtp | Dialect.Lmtp;

    /// <summary>
    /// What comes behind it waits for its answer (RFC 2920 3.1). Refused while more has come already, it ends the session: that is the content of a client that did not wait, and must not be taken for commands.
    /// </summary>
    public bool EndsGroup { get; init; }

    public static SmtpCommand? Find(ReadOnlySpan<char> verb, SmtpRole role) =>
        ByVerb.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(verb, out SmtpCommand? command) && command.IsSpoken(role) ? command : null;

    public static IEnumerable<SmtpCommand> SpokenBy(SmtpRole role) => All.Where(command => command.IsSpoken(role));

    private bool IsSpoken(SmtpRole role) => Spoken.HasFlag(role == SmtpRole.Lmtp ? Dialect.Lmtp : Dialect.Smtp);
}

[Flags]
internal enum Dialect
{
    Smtp = 1,

    /// <summary>RFC 2033.</summary>
    Lmtp = 2,
}

[Flags]
internal enum Needs
{
    Nothing = 0,

    /// <summary>HELO or EHLO was said.</summary>
    Hello = 1,

    /// <summary>No MAIL is open.</summary>
    NoTransaction = 2,

    /// <summary>MAIL was accepted.</summary>
    Transaction = 4,

    /// <summary>At least one RCPT was accepted.</summary>
    Recipient = 8,
}

namespace DirMail.Servers.Smtp;

/// <summary>
/// One line of the answer to EHLO: the keyword, the verb of the command table that does what it promises, and the parameters that come with it. A parameter is taken
/// only where its extension is offered.
/// </summary>
internal sealed record SmtpExtension(string Keyword, string Verb)
{
    /// <summary>In the order in which EHLO names them. The documents: RFC 2920, 1870, 5321, 1985, 3207, 4954, 2034, 6152, 3030, 6531, 3461, 8689, 4865, 2852, 6710, 9422.</summary>
    public static readonly IReadOnlyList<SmtpExtension> All =
    [
        new("PIPELINING", "EHLO"),
        new("SIZE", "MAIL") { Value = static session => $"{session.Services.Settings.MaxMessageOctets}", OnMail = ["SIZE"] },
        new("VRFY", "VRFY"),
        new("ETRN", "ETRN"),
        new("STARTTLS", "STARTTLS") { IsOffered = StartTls.IsOffered },
        new("AUTH", "AUTH") { Value = static _ => "PLAIN LOGIN", IsOffered = Auth.IsOffered, OnMail = ["AUTH"], IsTakenAlways = true },
        new("ENHANCEDSTATUSCODES", "EHLO"),
        new("8BITMIME", "MAIL") { OnMail = ["BODY"] },
        new("BINARYMIME", "BDAT") { OnMail = ["BODY"] },
        new("CHUNKING", "BDAT"),
        new("SMTPUTF8", "MAIL") { OnMail = ["SMTPUTF8"] },
        new("DSN", "RCPT") { OnMail = ["RET", "ENVID"], OnRcpt = ["NOTIFY", "ORCPT"] },
        new("REQUIRETLS", "MAIL") { IsOffered = static session => session.Connection.IsProtected, OnMail = ["REQUIRETLS"] },
        new("FUTURERELEASE", "MAIL") { Value = static session => WishParameters.HoldLimits(session.Services.Clock.GetUtcNow()), IsOffered = IsSubmission, OnMail = ["HOLDFOR", "HOLDUNTIL"] },
        new("DELIVERBY", "MAIL") { IsOffered = IsSubmission, OnMail = ["BY"] },
        new("MT-PRIORITY", "MAIL") { IsOffered = IsSubmission, OnMail = ["MT-PRIORITY"] },
        new("LIMITS", "RCPT") { Value = static session => $"RCPTMAX={session.Services.Settings.MaxRecipients}" },
        new("HELP", "HELP"),
    ];

    /// <summary>What stands behind the keyword; null: nothing.</summary>
    public Func<SmtpSession, string>? Value { get; init; }

    public Func<SmtpSession, bool> IsOffered { get; init; } = static _ => true;

    /// <summary>Parameters of MAIL and of RCPT.</summary>
    public IReadOnlyList<string> OnMail { get; init; } = [];
    public IReadOnlyList<string> OnRcpt { get; init; } = [];

    /// <summary>Its parameters are taken also where it is offered no more: AUTH after the login.</summary>
    public bool IsTakenAlways { get; init; }

    /// <summary>Offered now: its verb is one of the dialect, too. The greeting's own (EHLO) are for LHLO as well.</summary>
    public bool IsThereFor(SmtpSession session) => (Verb == "EHLO" || SmtpCommand.Find(Verb, session.Services.Role) is not null) && IsOffered(session);

    /// <summary>As EHLO says it.</summary>
    public string Line(SmtpSession session) => Value is { } value ? $"{Keyword} {value(session)}" : Keyword;

    public static bool TakesOnMail(SmtpSession session, string parameter) =>
        All.Any(extension => extension.OnMail.Contains(parameter) && (extension.IsTakenAlways || extension.IsThereFor(session)));

    /// <summary>At start: what is offered has a verb in the command table and a reader for each parameter, and nothing is read that no extension brings.</summary>
    /// <exception cref="InvalidOperationException">The program was put together wrongly; the message says what is missing.</exception>
    public static void Check()
    {
        string[] wrong =
        [
            .. All.Where(static extension => SmtpCommand.Find(extension.Verb, SmtpRole.Relay) is null).Select(static extension => $"{extension.Keyword} needs {extension.Verb}, which is no command"),
            .. Differences("MAIL", All.SelectMany(static extension => extension.OnMail), MailParameters.Known),
            .. Differences("RCPT", All.SelectMany(static extension => extension.OnRcpt), RcptParameters.Known),
        ];
        if (wrong.Length > 0)
            throw new InvalidOperationException(string.Join("; ", wrong));
    }

    private static bool IsSubmission(SmtpSession session) => session.Services.Role == SmtpRole.Submission;

    private static IEnumerable<string> Differences(string verb, IEnumerable<string> promised, IEnumerable<string> read) =>
        promised.Except(read).Select(parameter => $"{verb} {parameter} is promised and not read").Concat(read.Except(promised).Select(parameter => $"{verb} {parameter} is read and not promised"));
}

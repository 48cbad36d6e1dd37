using System.Reflection;
using System.Text.RegularExpressions;
using DirMail.Mail;
using DirMail.Servers.Imap;
using DirMail.Servers.Pop3;
using DirMail.Servers.Smtp;
using DirMail.Unit.Architecture;

namespace DirMail.Unit.Mail;

/// <summary>docs/responses.md against <see cref="Responses"/>, row by row: each row with a code is in the table here, and has that code there.</summary>
public partial class ResponsesTests
{
    // the row's situation begins with; what the code has for it
    private static readonly (string Situation, object[] Answers)[] Rows =
    [
        ("domain active, local part known", [Responses.RecipientOk]),
        ("domain active, local part unknown", [Responses.UnknownLocalPart]),
        ("... and the domain has a catch-all or a smart host", [Responses.RecipientOk, Responses.UnknownLocalPart]),
        ("domain or user `inactive`", [Responses.Inactive]),
        ("`disabled`", [Responses.Disabled]),
        ("domain `deleted` or `removed`", [Responses.DomainDeleted]),
        ("user or group `deleted` or `removed`", [Responses.RecipientDeleted]),
        ("`overquota`, or the mailbox", [Responses.Overquota, Responses.OverquotaForLong]),
        ("message larger than the server allows", [Responses.MessageTooLarge]),
        ("... than the domain, user or group allows", [Responses.LargerThanRecipientAllows]),
        ("domain not in the table, client not authenticated", [Responses.RelayingDenied]),
        ("domain not in the table, authenticated user, DNS says no such domain", [Responses.NoSuchDomain]),
        ("... null MX", [Responses.NullMx]),
        ("sender's domain has a null MX", [Responses.SenderNullMx]),
        ("poster may not post to the group", [Responses.MayNotPost]),
        ("directory never loaded", [Responses.DirectoryNeverLoaded]),
        ("two entries claim the address", [Responses.DirectoryProblem]),
        ("SRS0/SRS1 address", [Responses.BadReturnAddress]),
        ("non-ASCII local part", [Responses.NonAsciiLocalPart]),
        ("local part without a domain", [Responses.NoDomainGiven]),
        ("too many recipients", [Responses.TooManyRecipients]),
        ("store full or failing", [Responses.StoreUnavailable]),
        ("more than 100 Received lines", [Responses.TooManyHops]),
        ("our own delivery mark", [Responses.BeenHere]),
        ("the address leads back to itself", [Responses.LeadsNowhere]),
        ("AUTH without TLS", [Responses.AuthNeedsTls]),
        ("wrong password, unknown user, wrong domain", [Responses.BadCredentials.Smtp]),
        ("right password, status of domain or user not active", [Responses.AccountDeleted.Smtp, Responses.AccountNotActive.Smtp]),
        ("right password, service `smtp` not allowed", [Responses.ServiceNotAllowed.Smtp]),
        ("right password, but a rule of allowed services asks for the client's name", [Responses.ClientNameUntold.Smtp]),
        ("directory unreachable and no remembered bind", [Responses.DirectoryUnreachable.Smtp]),
        ("right password, but the entry took the place of another and is not adopted yet", [Responses.AccountNotAdopted.Smtp]),
        ("MAIL FROM is not an address of the user", [Responses.SenderNotOwned]),
        ("... header From", [Responses.HeaderFromNotOwned]),
        ("header larger than 256 KB", [Responses.HeaderTooLarge]),
        ("submission without AUTH", [Responses.AuthRequired]),
        ("client on a DNS block list", [Responses.Listed]),
        ("SPF says fail", [Responses.SpfFailed]),
        ("greylisting", [Responses.Greylisted]),
        ("DMARC fails", [Responses.DmarcFailed]),
        ("several From fields", [Responses.SeveralFrom]),
        ("a milter or rspamd refuses", [Responses.FilterRefused, Responses.FilterDefers]),
        ("a milter or rspamd cannot be asked", [Responses.FilterDefers]),
        ("the Sieve script of the recipient rejects it", [Responses.RejectedByRecipient]),
        ("more messages, or recipients", [Responses.TooManyMessagesAnHour]),
        ("ETRN by anyone but", [Responses.NodeNotAllowed]),
        ("DATA for a message announced", [Responses.BinaryNeedsChunks]),
        ("message requires TLS", [Responses.NoProofOfTls]),
        ("the time that its sender set has passed", [Responses.TooLate]),
        ("state of the user or domain changes", [Responses.StateChanged]),
        ("too many connections", [Responses.TooManyConnections]),
        ("identity's address is not on this host", [Responses.SourceAddressNotHere]),
        ("unbound connection for which the kernel chose", [Responses.SourceAddressNotOurs]),
        ("destination has no address of a family", [Responses.NoCommonFamily]),
        ("no server of the destination may be used", [Responses.NoServerPermitted]),
        ("a smart host (`routes`) does not take our login", [Responses.LoginNotTaken]),
        ("our own host is the best MX", [Responses.LoopsBackToUs]),
    ];

    private static readonly (string Situation, AccessReply Answer)[] AccessRows =
    [
        ("unknown domain or user, wrong password", Responses.BadCredentials),
        ("domain or user inactive, disabled, hold, deleted", Responses.AccountNotActive),
        ("domain or user inactive, disabled, hold, deleted", Responses.AccountDeleted),
        ("service not allowed", Responses.ServiceNotAllowed),
        ("right password, but a rule of allowed services asks for the client's name", Responses.ClientNameUntold),
        ("directory unreachable and no remembered bind", Responses.DirectoryUnreachable),
        ("right password, but the entry took the place of another and is not adopted yet", Responses.AccountNotAdopted),
        ("login over plain text outside loopback", Responses.PrivacyRequired),
        ("POP3 maildrop open elsewhere", Responses.MaildropInUse),
    ];

    public static TheoryData<string> Documented => [.. Documentation().Where(static row => Codes(row.Answer).Length > 0).Select(static row => row.Situation)];

    [Theory]
    [MemberData(nameof(Documented))]
    public void Answers_as_documented(string situation)
    {
        var (_, answers) = Assert.Single(Rows, row => situation.StartsWith(row.Situation, StringComparison.Ordinal));
        string[] documented = Codes(Documentation().First(row => row.Situation == situation).Answer);
        Assert.Equal(documented, answers.Select(CodeOf).Order());
    }

    [Fact]
    public void Refuses_logins_as_documented()
    {
        var documented = Documentation().ToLookup(static row => row.Situation);
        foreach ((string situation, AccessReply answer) in AccessRows)
        {
            string row = string.Join('|', documented.Where(rows => rows.Key.StartsWith(situation, StringComparison.Ordinal)).SelectMany(static rows => rows).Select(static found => found.Answer));
            Assert.Contains($"-ERR [{answer.Pop3Code}]", row, StringComparison.Ordinal);
            if (answer != Responses.MaildropInUse)
                Assert.Contains($"NO [{answer.ImapCode}]", row, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Who_meets_a_limit_of_connections_is_told_in_his_protocol() => Assert.Equal(
        ["421 4.7.0 too many connections, try again later\r\n", "* BYE too many connections, try again later\r\n", "-ERR [SYS/TEMP] too many connections, try again later\r\n"],
        [SmtpServer.Busy, ImapServer.Busy, Pop3Server.Busy]);

    [Fact]
    public void Says_each_situation_in_its_own_words()
    {
        Reply[] replies = [.. typeof(Responses).GetFields(BindingFlags.Public | BindingFlags.Static).Select(static field => field.GetValue(null)).OfType<Reply>()];
        Assert.Equal(replies.Length, replies.Distinct().Count());
        Assert.All(replies, static reply =>
        {
            Assert.InRange(reply.ToString().Length, 1, 120);
            Assert.DoesNotContain(reply.Text, static c => c is < ' ' or > '~');
            Assert.Equal(reply.Status?.Class ?? reply.Code / 100, reply.Code / 100);
        });
    }

    private static string CodeOf(object answer) => answer switch
    {
        Reply reply => $"{reply.Code} {reply.Status}",
        Outcome.Deferred deferred => $"deferred {deferred.Status}",
        Outcome.Failed failed => $"failed {failed.Status}",
        _ => "",
    };

    private static string[] Codes(string answer) => [.. CodePattern().Matches(answer).Select(static match => match.Value).Distinct().Order()];

    private static IEnumerable<(string Situation, string Answer)> Documentation()
    {
        foreach (string line in File.ReadLines(Checkout.PathOf("docs/responses.md")))
        {
            string[] cells = line.Split('|');
            if (line.StartsWith('|') && cells.Length > 3 && cells[1].Trim() is { Length: > 0 } situation && !situation.StartsWith("--", StringComparison.Ordinal))
                yield return (situation, string.Join('|', cells[2..]));
        }
    }

    [GeneratedRegex(@"(?:\b[2345]\d\d|deferred|failed) [245]\.\d+\.\d+")]
    private static partial Regex CodePattern();
}

using DirMail.Mail;
using DirMail.Mail.Dkim;
using DirMail.Mail.Dmarc;
using DirMail.Routing;
using DirMail.Store;
using DirMail.Transfer;
using DirMail.Wire;
using Microsoft.Extensions.Logging;

namespace DirMail.Servers.Smtp.Checks;

/// <summary>Everything that is asked about mail from outside: at RCPT of client and sender, at the dot of the message.</summary>
public sealed class InboundChecks(CheckSettings settings, IDnsClient dns, MessageStore store, TimeProvider clock, ILogger logger)
{
    private const Check OfTheMessage = Check.Dkim | Check.Dmarc | Check.Arc;

    private readonly Check _on = Enum.GetValues<Check>().Where(settings.IsOn).Aggregate(Check.None, static (all, one) => all | one);
    private readonly BlockListCheck _lists = new(settings.BlockLists, dns, clock, logger);
    private readonly Greylist _greylist = new(store.Memory, settings.GreylistDelay, clock);
    private readonly MessageCheck _message = new(settings, dns, clock);

    /// <summary>From now on organizational domains are found with these.</summary>
    public void Use(PublicSuffixes suffixes) => _message.Suffixes = suffixes;

    /// <summary>Null: no signature will be asked for.</summary>
    internal SignatureScan? StartScan(SmtpSession session) =>
        IsChecked(session) && (settings.Dkim || settings.Arc || settings.Dmarc != DmarcMode.Off) ? new() : null;

    /// <summary>Null: the recipient may be taken. The postmaster can always be written to (RFC 5321 4.5.1).</summary>
    internal async Task<Reply?> AtRecipientAsync(SmtpSession session, SmtpTransaction transaction, MailAddress recipient)
    {
        if (_on == Check.None || !IsChecked(session) || recipient.LocalKey == "postmaster")
            return null;
        string[] domains = [Hosted(session, recipient)];
        bool isAllowed = settings.Allowed.Any(network => network.Contains(session.Client));
        if (!isAllowed && settings.IsOn(Check.BlockList, domains) && await (session.Listed ??= _lists.AskAsync(session.Client)) is { } listed)
            return listed;
        if (settings.Spf == SpfMode.Refuse && settings.IsOn(Check.Spf, domains) && (await PolicyAsync(session, transaction)).Answer is { Verdict: SpfVerdict.Fail } answer)
            return answer.Explanation is { } said ? Responses.SpfFailed with { Text = $"the sender's domain says: {said}" } : Responses.SpfFailed;
        if (!isAllowed && settings.IsOn(Check.Greylist, domains) && !await _greylist.MayPassAsync(session.Client, transaction.Sender?.Key ?? "", recipient.Key))
            return Responses.Greylisted;
        return null;
    }

    /// <summary>What milters say of the client, the sender and the recipient. Null: none is against it.</summary>
    internal async Task<Reply?> FilterRecipientAsync(SmtpSession session, SmtpTransaction transaction, FilteredRecipient recipient) =>
        IsChecked(session) && settings.IsOn(Check.Milter, [Hosted(session, recipient.Address)]) ? await FiltersOf(session).RecipientAsync(FilteredClient.Of(session), transaction, recipient) : null;

    internal async Task<CheckReport> AtTheDotAsync(SmtpSession session, SmtpTransaction transaction, SignatureScan? scan, Content content)
    {
        if (_on == Check.None || !IsChecked(session))
            return CheckReport.Nothing;
        string[] domains = [.. transaction.Recipients.Select(recipient => Hosted(session, recipient.Given)).Distinct()];
        Check checks = _on & ~domains.Aggregate(_on, (off, domain) => off & settings.Off.GetValueOrDefault(domain));
        if (scan is null || scan.IsOverlong)
            checks &= ~OfTheMessage;
        scan?.Complete();
        CheckReport report = (checks & (OfTheMessage | Check.Spf)) == 0 ? CheckReport.Nothing
            : await _message.RunAsync(session.HostName, session.Client, checks, PoliciesAsync(session, transaction, checks), scan, content.Structure);
        return report.Refusal is not null || (checks & (Check.Milter | Check.Rspamd)) == 0 ? report : await FilterAsync(session, transaction, checks, content, report);
    }

    private async Task<CheckReport> FilterAsync(SmtpSession session, SmtpTransaction transaction, Check checks, Content content, CheckReport report)
    {
        var message = new FilteredMessage(content, transaction.Sender, [.. transaction.Recipients.Select(static recipient => recipient.Given)]);
        FilterVerdict verdict = await FiltersOf(session).MessageAsync(FilteredClient.Of(session), transaction, message, checks);
        string word = verdict.Refusal is { } refusal ? (refusal.IsTransient ? "defer" : "reject") : verdict.IsDiscarded ? "discard" : verdict.IsSuspicious ? "junk" : "pass";
        return report with
        {
            Fields = (verdict.IsSuspicious ? JunkMark.Line("filter") : "") + report.Fields + verdict.Fields,
            Summary = $"{report.Summary} filter={word}".TrimStart(),
            Refusal = verdict.Refusal,
            Filter = verdict,
        };
    }

    private Filters FiltersOf(SmtpSession session) => session.Filters ??= new(settings, logger);

    private static bool IsChecked(SmtpSession session) => !session.IsOurs;

    /// <summary>Asked once a transaction.</summary>
    private Task<SenderPolicy> PolicyAsync(SmtpSession session, SmtpTransaction transaction) => transaction.Policy ??= SenderPolicy.OfSenderAsync(session, transaction.Sender, dns);

    /// <summary>Of the sender first; the name in HELO is told of besides (RFC 7208 2.3), and nothing follows from it.</summary>
    private Task<SenderPolicy[]> PoliciesAsync(SmtpSession session, SmtpTransaction transaction, Check checks)
    {
        Task<SenderPolicy> ofSender = PolicyAsync(session, transaction);
        Task<SenderPolicy>[] asked = transaction.Sender is null || !checks.HasFlag(Check.Spf) ? [ofSender] : [ofSender, SenderPolicy.OfHeloAsync(session, dns)];
        return Task.WhenAll(asked);
    }

    private static string Hosted(SmtpSession session, MailAddress recipient)
    {
        RoutingTable table = session.Services.Live.Current;
        return table.FindDomain(recipient.DomainKey)?.Name ?? recipient.DomainKey;
    }
}

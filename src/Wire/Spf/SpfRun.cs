using System.Net;
using System.Net.Sockets;

namespace DirMail.Wire;

/// <summary>One evaluation with what it has spent (RFC 7208 4.6.4).</summary>
internal sealed class SpfRun(IDnsClient dns, SpfQuestion question)
{
    private const int MaxLookups = 10, MaxVoid = 2, MaxNames = 10, MaxExplanation = 256;
    private const string TooMany = "more than ten look-ups", TooManyVoid = "more than two look-ups that found nothing";

    private readonly SpfNames _names = new(dns, question.Client);
    private int _lookups, _void;
    private string _limit = TooMany;

    private AddressFamily Family => question.Client.AddressFamily;

    public Task<SpfAnswer> CheckAsync(CancellationToken cancellationToken) => CheckAsync(question.Domain, isAnswer: true, cancellationToken);

    /// <param name="isAnswer">Its failure is the whole answer's, so its explanation counts; not so for an include.</param>
    private async Task<SpfAnswer> CheckAsync(string domain, bool isAnswer, CancellationToken cancellationToken)
    {
        TextAnswer texts = await dns.TextsAsync(domain, cancellationToken);
        if (texts.Status == DnsStatus.Unavailable)
            return new(SpfVerdict.TempError, "", $"DNS gives no answer for {domain}");
        string[] records = [.. texts.Texts.Where(SpfRecord.Is)];
        if (records.Length != 1)
            return records.Length == 0 ? new(SpfVerdict.None, "", $"{domain} has no SPF record") : new(SpfVerdict.PermError, "", $"{domain} has {records.Length} SPF records: there may be one");
        return SpfRecord.Parse(records[0], out string fault) is { } record
            ? await EvaluateAsync(domain, record, isAnswer, cancellationToken) with { Record = records[0] }
            : new(SpfVerdict.PermError, records[0], $"'{fault}' is no term of an SPF record");
    }

    private async Task<SpfAnswer> EvaluateAsync(string domain, SpfRecord record, bool isAnswer, CancellationToken cancellationToken)
    {
        foreach (SpfTerm term in record.Mechanisms)
        {
            SpfVerdict? decided = await MatchAsync(domain, term, cancellationToken);
            if (_void > MaxVoid)
                (decided, _limit) = (SpfVerdict.PermError, TooManyVoid);
            if (decided is not { } verdict)
                continue;
            var answer = new SpfAnswer(verdict, "", Reason(term, verdict));
            return verdict == SpfVerdict.Fail && isAnswer && record.Explanation is { } where
                ? answer with { Explanation = await ExplanationAsync(domain, where, cancellationToken) } : answer;
        }
        if (record.Redirect is not { } redirect)
            return new(SpfVerdict.Neutral, "", "no term covers the address");
        if (++_lookups > MaxLookups)
            return new(SpfVerdict.PermError, "", TooMany);
        SpfAnswer other = await CheckAsync(await TargetAsync(domain, redirect, cancellationToken), isAnswer, cancellationToken);
        return other.Verdict == SpfVerdict.None ? new(SpfVerdict.PermError, "", other.Reason) : other;
    }

    private string Reason(SpfTerm term, SpfVerdict verdict) =>
        verdict is SpfVerdict.PermError or SpfVerdict.TempError ? $"'{term.Name}' cannot be evaluated{(verdict == SpfVerdict.PermError ? $" ({_limit}, or what it names has no record)" : ": DNS gives no answer")}"
        : term.Target.Length == 0 ? term.Name : $"{term.Name}:{term.Target}";

    /// <summary>Null: does not cover the client, the next term decides.</summary>
    private async Task<SpfVerdict?> MatchAsync(string domain, SpfTerm term, CancellationToken cancellationToken)
    {
        if (term.AsksDns && ++_lookups > MaxLookups)
            return SpfVerdict.PermError;
        string target = term.AsksDns && term.Target.Length > 0 ? await TargetAsync(domain, term.Target, cancellationToken) : domain;
        return term.Name switch
        {
            "all" => term.Verdict,
            "ip4" or "ip6" => term.Covers(IPAddress.Parse(term.Target), question.Client) ? term.Verdict : null,
            "include" => Included(await CheckAsync(target, isAnswer: false, cancellationToken), term.Verdict),
            "mx" => await MailHostsAsync(target, term, cancellationToken),
            "ptr" => await _names.IsWithinAsync(target, cancellationToken) ? term.Verdict : null,
            "exists" => Addresses(await dns.AddressesAsync(target, AddressFamily.InterNetwork, cancellationToken), term, static _ => true),
            _ => Addresses(await dns.AddressesAsync(target, Family, cancellationToken), term, a => term.Covers(a, question.Client)),
        };
    }

    /// <summary>RFC 7208 5.2.</summary>
    private static SpfVerdict? Included(SpfAnswer answer, SpfVerdict own) => answer.Verdict switch
    {
        SpfVerdict.Pass => own,
        SpfVerdict.TempError => SpfVerdict.TempError,
        SpfVerdict.PermError or SpfVerdict.None => SpfVerdict.PermError,
        _ => null,
    };

    private SpfVerdict? Addresses(AddressAnswer answer, SpfTerm term, Func<IPAddress, bool> isMatch)
    {
        CountVoid(answer.Status);
        return answer.Status == DnsStatus.Unavailable ? SpfVerdict.TempError : answer.Addresses.Any(isMatch) ? term.Verdict : null;
    }

    private async Task<SpfVerdict?> MailHostsAsync(string domain, SpfTerm term, CancellationToken cancellationToken)
    {
        MxAnswer answer = await dns.MxAsync(domain, cancellationToken);
        CountVoid(answer.Status);
        if (answer.Status == DnsStatus.Unavailable)
            return SpfVerdict.TempError;
        if (answer.Hosts.Count > MaxNames)
            return SpfVerdict.PermError;
        foreach (MxHost host in answer.Hosts)
        {
            AddressAnswer addresses = await dns.AddressesAsync(host.Name, Family, cancellationToken);
            if (addresses.Status == DnsStatus.Unavailable)
                return SpfVerdict.TempError;
            if (addresses.Addresses.Any(a => term.Covers(a, question.Client)))
                return term.Verdict;
        }
        return null;
    }

    private void CountVoid(DnsStatus status)
    {
        if (status is DnsStatus.NoData or DnsStatus.NoSuchDomain)
            _void++;
    }

    private async Task<string> TargetAsync(string domain, string text, CancellationToken cancellationToken)
    {
        string name = SpfMacro.Uses(text, 'p') ? await _names.BestAsync(domain, cancellationToken) : "";
        return SpfMacro.Fitting(SpfMacro.Expand(text, letter => letter is 'c' or 'r' or 't' ? "" : new SpfLetters(question, domain, name).Value(letter)) ?? "");
    }

    /// <summary>Whatever goes wrong here only costs the explanation (RFC 7208 6.2).</summary>
    private async Task<string?> ExplanationAsync(string domain, string where, CancellationToken cancellationToken)
    {
        if ((await dns.TextsAsync(await TargetAsync(domain, where, cancellationToken), cancellationToken)).Texts is not [var text])
            return null;
        string name = SpfMacro.Uses(text, 'p') ? await _names.BestAsync(domain, cancellationToken) : "";
        string? said = SpfMacro.Expand(text, new SpfLetters(question, domain, name).Value);
        return said is null || said.Any(static c => c is < ' ' or > '~') ? null : said[..Math.Min(said.Length, MaxExplanation)];
    }
}

using System.Net;

namespace DirMail.Wire;

/// <summary>What a domain's SPF record says of an address (RFC 7208 2.6). NotEvaluated is ours: the outcome hangs on a macro, "exists" or "ptr", which are not looked into.</summary>
public enum SpfVerdict
{
    None,
    Neutral,
    Pass,
    Fail,
    SoftFail,
    TempError,
    PermError,
    NotEvaluated,
}

/// <param name="Record">The domain's record; "" when there is none, or several.</param>
/// <param name="Reason">The term that decided, or what is wrong.</param>
public sealed record SpfAnswer(SpfVerdict Verdict, string Record, string Reason);

/// <summary>Evaluates SPF (RFC 7208 4): all, ip4, ip6, a, mx, include and redirect, within ten look-ups. Macros, exists and ptr make the answer NotEvaluated when it hangs on them.</summary>
public sealed class Spf(IDnsClient dns)
{
    private const string Version = "v=spf1";
    private const int MaxLookups = 10;
    private const int MaxMxHosts = 10;

    public Task<SpfAnswer> CheckAsync(string domain, IPAddress client, CancellationToken cancellationToken) =>
        CheckAsync(domain, new Run { Client = client.IsIPv4MappedToIPv6 ? client.MapToIPv4() : client }, cancellationToken);

    private sealed class Run
    {
        public required IPAddress Client { get; init; }
        public int Lookups { get; set; }
    }

    private async Task<SpfAnswer> CheckAsync(string domain, Run run, CancellationToken cancellationToken)
    {
        TextAnswer texts = await dns.TextsAsync(domain, cancellationToken);
        if (texts.Status == DnsStatus.Unavailable)
            return new(SpfVerdict.TempError, "", $"DNS gives no answer for {domain}");
        string[] records = [.. texts.Texts.Where(t => t.Equals(Version, StringComparison.OrdinalIgnoreCase) || t.StartsWith(Version + " ", StringComparison.OrdinalIgnoreCase))];
        if (records.Length != 1)
            return records.Length == 0 ? new(SpfVerdict.None, "", $"{domain} has no SPF record") : new(SpfVerdict.PermError, "", $"{domain} has {records.Length} SPF records: there may be one");
        return await EvaluateAsync(domain, records[0], run, cancellationToken);
    }

    private async Task<SpfAnswer> EvaluateAsync(string domain, string record, Run run, CancellationToken cancellationToken)
    {
        var terms = new List<SpfTerm>();
        foreach (string word in record.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1))
            if (SpfTerm.Parse(word) is { } term)
                terms.Add(term);
            else
                return new(SpfVerdict.PermError, record, $"'{word}' is no term of an SPF record");
        foreach (SpfTerm term in terms.Where(t => !t.IsModifier))
            if (await MatchAsync(domain, term, run, cancellationToken) is { } decided)
                return new(decided, record, Reason(term, decided));
        if (terms.FirstOrDefault(t => t.IsModifier && t.Name == "redirect") is not { } redirect)
            return new(SpfVerdict.Neutral, record, "no term covers the address");
        if (redirect.HasMacro)
            return new(SpfVerdict.NotEvaluated, record, $"redirect={redirect.Target}");
        if (++run.Lookups > MaxLookups)
            return new(SpfVerdict.PermError, record, TooMany);
        SpfAnswer other = await CheckAsync(redirect.Target, run, cancellationToken);
        return other.Verdict == SpfVerdict.None ? new(SpfVerdict.PermError, record, other.Reason) : other with { Record = record };
    }

    private const string TooMany = "more than ten look-ups";

    private static string Reason(SpfTerm term, SpfVerdict verdict) =>
        verdict is SpfVerdict.PermError or SpfVerdict.TempError ? $"'{term.Name}' cannot be evaluated{(verdict == SpfVerdict.PermError ? $" ({TooMany}, or what it names has no record)" : ": DNS gives no answer")}"
        : term.Target.Length == 0 ? term.Name : $"{term.Name}:{term.Target}";

    /// <summary>Null: does not cover the client, the next term decides.</summary>
    private async Task<SpfVerdict?> MatchAsync(string domain, SpfTerm term, Run run, CancellationToken cancellationToken)
    {
        switch (term.Name)
        {
            case "all":
                return term.Verdict;
            case "ip4" or "ip6":
                return term.Covers(IPAddress.Parse(term.Target), run.Client) ? term.Verdict : null;
        }
        if (++run.Lookups > MaxLookups)
            return SpfVerdict.PermError;
        if (term.HasMacro || term.Name is "exists" or "ptr")
            return SpfVerdict.NotEvaluated;
        string target = term.Target.Length == 0 ? domain : term.Target;
        return term.Name switch
        {
            "include" => Included(await CheckAsync(target, run, cancellationToken), term.Verdict),
            "mx" => await MailHostsAsync(target, term, run, cancellationToken),
            _ => await AddressesAsync(target, term, run, cancellationToken),
        };
    }

    /// <summary>RFC 7208 5.2.</summary>
    private static SpfVerdict? Included(SpfAnswer answer, SpfVerdict own) => answer.Verdict switch
    {
        SpfVerdict.Pass => own,
        SpfVerdict.TempError or SpfVerdict.NotEvaluated => answer.Verdict,
        SpfVerdict.PermError or SpfVerdict.None => SpfVerdict.PermError,
        _ => null,
    };

    private async Task<SpfVerdict?> AddressesAsync(string host, SpfTerm term, Run run, CancellationToken cancellationToken)
    {
        AddressAnswer answer = await dns.AddressesAsync(host, cancellationToken);
        return answer.Status == DnsStatus.Unavailable ? SpfVerdict.TempError : answer.Addresses.Any(a => term.Covers(a, run.Client)) ? term.Verdict : null;
    }

    private async Task<SpfVerdict?> MailHostsAsync(string domain, SpfTerm term, Run run, CancellationToken cancellationToken)
    {
        MxAnswer answer = await dns.MxAsync(domain, cancellationToken);
        if (answer.Status == DnsStatus.Unavailable)
            return SpfVerdict.TempError;
        if (answer.Hosts.Count > MaxMxHosts)
            return SpfVerdict.PermError;
        foreach (MxHost host in answer.Hosts)
            if (await AddressesAsync(host.Name, term, run, cancellationToken) is { } decided)
                return decided;
        return null;
    }
}

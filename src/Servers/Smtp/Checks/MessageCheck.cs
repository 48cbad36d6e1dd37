using System.Net;
using DirMail.Mail;
using DirMail.Mail.Arc;
using DirMail.Mail.Dkim;
using DirMail.Mail.Dmarc;
using DirMail.Mail.Mime;
using DirMail.Routing;
using DirMail.Transfer;
using DirMail.Wire;

namespace DirMail.Servers.Smtp.Checks;

/// <summary>SPF, DKIM, ARC, DMARC and the client's name, for one complete message: asked together, told in one field.</summary>
internal sealed class MessageCheck(CheckSettings settings, IDnsClient dns, TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private volatile PublicSuffixes _suffixes = settings.Suffixes;

    public PublicSuffixes Suffixes
    {
        get => _suffixes;
        set => _suffixes = value;
    }

    public async Task<CheckReport> RunAsync(string server, IPAddress client, Check checks, Task<SenderPolicy[]> asked, SignatureScan? scan, MessageStructure structure)
    {
        using var limit = new CancellationTokenSource(Patience);
        Task<ClientName> name = ReverseName.AskAsync(dns, client, limit.Token);
        Signatures signatures = scan is null ? new([], ArcResult.None) : await Signatures.CheckAsync(scan, dns, clock.GetUtcNow(), limit.Token);
        SenderPolicy[] policies = await asked;
        var results = new AuthenticationResults(server);
        foreach (SenderPolicy spf in checks.HasFlag(Check.Spf) ? policies : [])
            results.Add("spf", spf.Word, spf.Answer.Verdict == SpfVerdict.Pass ? "" : spf.Answer.Reason, (spf.Property, spf.Value));
        if (checks.HasFlag(Check.Dkim))
            Add(results, signatures.Dkim);
        if (checks.HasFlag(Check.Arc))
            results.Add("arc", Word(signatures.Arc.Verdict), signatures.Arc.Verdict == ArcVerdict.Pass ? $"sealed by {string.Join(", ", signatures.Arc.Sealers)}" : signatures.Arc.Reason);
        DmarcResult? dmarc = checks.HasFlag(Check.Dmarc) && scan is not null
            ? await DomainPolicy.CheckAsync(new(_suffixes), structure, scan.Header.Block.Count("From"), policies[0], signatures.Dkim, dns, limit.Token) : null;
        Reply? refusal = null;
        string mark = "";
        if (dmarc is not null)
            (refusal, mark) = Settle(results, dmarc, scan!.Header.Block.Count("From"), signatures.Arc);
        await AddAsync(results, name, client);
        return new(mark + results, results.Summary, refusal);
    }

    private (Reply?, string) Settle(AuthenticationResults results, DmarcResult dmarc, int fromFields, ArcResult arc)
    {
        bool isVouched = dmarc.Verdict == DmarcVerdict.Fail && arc is { Verdict: ArcVerdict.Pass, SaysDmarcPassed: true } && arc.Sealers.All(settings.TrustedSealers.Contains);
        results.Add("dmarc", Word(dmarc.Verdict), isVouched ? "a trusted chain says that it passed before" : "",
            ("header.from", dmarc.From), ("policy.dmarc", dmarc.Verdict == DmarcVerdict.Fail ? Word(isVouched ? DmarcPolicy.None : dmarc.Disposition) : ""));
        if (settings.Dmarc != DmarcMode.Apply || isVouched)
            return (null, "");
        if (fromFields > 1)
            return (Responses.SeveralFrom, "");
        return dmarc.Disposition switch
        {
            DmarcPolicy.Reject => (Responses.DmarcFailed, ""),
            DmarcPolicy.Quarantine => (null, JunkMark.Line("dmarc")),
            _ => (null, ""),
        };
    }

    private static void Add(AuthenticationResults results, IReadOnlyList<DkimResult> signatures)
    {
        foreach (DkimResult result in signatures)
            results.Add("dkim", Word(result.Verdict), result.UnsignedOctets > 0 ? $"{result.UnsignedOctets} octets of the body are not signed" : result.Reason,
                ("header.d", result.Domain), ("header.s", result.Selector), ("header.a", result.Algorithm), ("header.b", result.Mark));
        if (signatures.Count == 0)
            results.Add("dkim", "none", "");
    }

    private static async Task AddAsync(AuthenticationResults results, Task<ClientName> asked, IPAddress client)
    {
        try
        {
            results.Add("iprev", Word(await asked), "", ("policy.iprev", client.ToString()));
        }
        catch (OperationCanceledException)
        {
            results.Add("iprev", "temperror", "", ("policy.iprev", client.ToString()));
        }
    }

    private static string Word(ClientName name) => name is ClientName.Checked ? "pass" : name == ClientName.None ? "permerror" : name == ClientName.Spoofed ? "fail" : "temperror";

    private static string Word<T>(T verdict) where T : struct, Enum => verdict.ToString().ToLowerInvariant();
}

using System.CommandLine;
using System.Net;
using DirMail.Admin;
using DirMail.Checks;
using DirMail.Settings;
using DirMail.Wire;
using Spectre.Console;

namespace DirMail.Verbs;

/// <summary>`dirmail domain check`: whether the world sees a domain of the running server as it should, and what to publish.</summary>
internal static class DomainCheckVerb
{
    public static Command Create()
    {
        var check = new Command("check", "Check what others see of a domain: addresses, forward and reverse DNS, MX, SPF, certificate; and print what to publish") { DomainVerbs.Domain, CommonOptions.Json };
        check.SetAction(RunAsync);
        return check;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        ServerFile settings = CommonOptions.Load(arguments);
        using ControlClient control = CommonOptions.Control(arguments);
        DomainReport report = await control.DomainAsync(arguments.GetValue(DomainVerbs.Domain)!, cancellationToken);
        var dns = new DnsClient(settings.Dns, TimeProvider.System);
        CheckedDomain domain = await DomainAsync(report, settings, dns, cancellationToken);
        IReadOnlyList<Finding> findings = await new DomainCheck(dns, (address, name, stop) => PresentedAsync(settings, address, name, stop)).RunAsync(domain, cancellationToken);
        if (arguments.GetValue(CommonOptions.Json))
            Show.Json(new { report.Name, Findings = findings.Select(f => new { f.Check, f.Subject, Verdict = Word(f), f.Found, f.Advice }), Publish = ZoneLines.Of(domain) });
        else
            Print(domain, findings);
        return findings.Any(f => f.Verdict == FindingVerdict.Wrong) ? ExitCode.Failed : ExitCode.Ok;
    }

    private static Task<PresentedCertificate> PresentedAsync(ServerFile settings, IPAddress address, string name, CancellationToken cancellationToken) => settings.Listen.Smtp is { } port
        ? PresentedCertificate.AskAsync(new(address, port), name, cancellationToken)
        : Task.FromResult(new PresentedCertificate(null, false, "the service is off (setting listen.smtp)"));

    /// <summary>A domain without addresses of its own speaks from the host's, under the host's name.</summary>
    private static async Task<CheckedDomain> DomainAsync(DomainReport report, ServerFile settings, IDnsClient dns, CancellationToken cancellationToken)
    {
        if (report.VirtualAddresses.Count > 0)
            return new(report.Names, report.HostName ?? report.Name, [.. report.VirtualAddresses.Select(a => new CheckedAddress(IPAddress.Parse(a.Address), a.Problem))]);
        string host = settings.Directory.HostName;
        IReadOnlyList<IPAddress> addresses = settings.Smtp.HostAddress is { } own ? [own] : (await dns.AddressesAsync(host, cancellationToken)).Addresses;
        return new(report.Names, host, [.. addresses.Select(a => new CheckedAddress(a, Serve.VirtualAddresses.Problem(a)))]);
    }

    private static void Print(CheckedDomain domain, IReadOnlyList<Finding> findings)
    {
        Table table = Show.Table("check", "of", "", "found", "what to do");
        foreach (Finding finding in findings)
            Show.Row(table, finding.Check, finding.Subject, Word(finding), finding.Found, finding.Advice);
        Show.Write(table);
        Show.Line("To publish (the PTR lines: by the owner of the address range):");
        // past the table's width, as a line of a zone must stay one
        foreach (string line in ZoneLines.Of(domain))
            Console.Out.WriteLine("  " + line);
    }

    private static string Word(Finding finding) => finding.Verdict.ToString().ToLowerInvariant();
}

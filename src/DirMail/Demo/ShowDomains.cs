using DirMail.Admin;
using DirMail.Verbs;

namespace DirMail.Demo;

/// <summary>Step a: the routing table, asked over the control socket.</summary>
internal static class ShowDomains
{
    public static async Task<IReadOnlyList<Observation>> RunAsync(DemoRun run, CancellationToken cancellationToken)
    {
        using ControlClient control = run.Server.Control();
        IReadOnlyList<DomainReport> domains = await control.DomainsAsync(cancellationToken);
        Show.Write(DomainVerbs.TableOf(domains));
        return
        [
            Observation.Of("hosted domains", "abc.com, bcd.com, cde.com", string.Join(", ", domains.Select(d => d.Name))),
            Observation.Of("bcd.com leaves from", "127.0.70.1", Address(domains, "bcd.com")),
            Observation.Of("cde.com leaves from", "127.0.70.2", Address(domains, "cde.com")),
            Observation.Of("abc.com, the host's own, leaves from", "", Address(domains, "abc.com")),
        ];
    }

    private static string Address(IReadOnlyList<DomainReport> domains, string name) =>
        string.Join(", ", domains.FirstOrDefault(d => d.Name == name)?.VirtualAddresses.Select(a => a.Address) ?? []);
}

using System.CommandLine;
using System.Globalization;
using DirMail.Admin;
using DirMail.Mail;
using Spectre.Console;

namespace DirMail.Verbs;

/// <summary>`dirmail domain list|show|set-status|remove`; `add`, `check` and `dkim` have files of their own.</summary>
internal static class DomainVerbs
{
    internal static readonly Argument<string> Domain = new("DOMAIN") { Description = "Any of the domain's names", CompletionSources = { Completions.Domains } };
    internal static readonly Argument<MailStatus> Status = new("STATUS") { Description = "active, inactive, disabled, deleted, hold, overquota or removed" };

    public static Command Create()
    {
        var list = new Command("list", "List hosted domains with state, virtual addresses and whether these are up") { CommonOptions.Json };
        list.SetAction(ListAsync);
        var show = new Command("show", "Show one domain and its users") { Domain, CommonOptions.Json };
        show.SetAction(ShowAsync);
        var set = new Command("set-status", "Set mailDomainStatus in the directory, as yourself: the directory's access rules decide") { Domain, Status, LoginOptions.BindDn, LoginOptions.PasswordFile };
        set.SetAction(SetStatusAsync);
        var remove = new Command("remove", "Remove a domain with its users and groups from the directory; mail in the store is kept") { Domain, Confirm.Yes, LoginOptions.BindDn, LoginOptions.PasswordFile };
        remove.SetAction(RemoveAsync);
        return new Command("domain", "See hosted domains, make and remove them, switch them on and off") { DomainAddVerb.Create(), list, show, set, DomainCheckVerb.Create(), DomainDkimVerb.Create(), remove };
    }

    private static async Task<int> ListAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using ControlClient control = CommonOptions.Control(arguments);
        IReadOnlyList<DomainReport> domains = await control.DomainsAsync(cancellationToken);
        if (arguments.GetValue(CommonOptions.Json))
            Show.Json(domains);
        else
            Show.Write(TableOf(domains));
        return ExitCode.Ok;
    }

    internal static Table TableOf(IReadOnlyList<DomainReport> domains)
    {
        Table table = Show.Table("domain", "also", "state", "leaves from", "says EHLO", "services allowed");
        foreach (DomainReport domain in domains)
            Show.Row(table, domain.Name, string.Join(", ", domain.Names.Skip(1)), domain.Status, Addresses(domain), Greeting(domain), domain.Services);
        return table;
    }

    private static string UnknownAddresses(DomainReport domain) =>
        domain.CatchAll is { } catchAll ? $"go to {catchAll} (by mailDomainCatchallAddress)" : domain.SmartHost is { } host ? $"go to {host} (by mailRoutingSmartHost)" : "are refused";

    private static string Greeting(DomainReport domain) => (domain.IsHost ? null : domain.HostName) ?? "the host's name";

    private static string Addresses(DomainReport domain) => domain.VirtualAddresses.Count == 0
        ? "host address, unbound"
        : string.Join(", ", domain.VirtualAddresses.Select(a => a.Problem is null ? $"{a.Address} (up)" : $"{a.Address} (DOWN: {a.Problem})"));

    private static async Task<int> ShowAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using ControlClient control = CommonOptions.Control(arguments);
        DomainReport domain = await control.DomainAsync(arguments.GetValue(Domain)!, cancellationToken);
        if (arguments.GetValue(CommonOptions.Json))
        {
            Show.Json(domain);
            return ExitCode.Ok;
        }
        Table facts = Show.Table("", domain.Name).HideHeaders();
        Show.Row(facts, "names", string.Join(", ", domain.Names));
        Show.Row(facts, "entry", domain.Dn);
        Show.Row(facts, "state", domain.DecidedBy is null ? domain.Status : $"{domain.Status} (by {domain.DecidedBy})");
        Show.Row(facts, "leaves from", Addresses(domain));
        Show.Row(facts, "says EHLO", Greeting(domain));
        Show.Row(facts, "services", domain.Services);
        Show.Row(facts, "postmaster", string.Join(", ", domain.Postmasters));
        Show.Row(facts, "mail is kept", domain.IsElsewhere ? $"by {string.Join(", ", domain.RoutingHosts)} (by mailRoutingHosts)" : "here");
        Show.Row(facts, "unknown addresses", domain.IsElsewhere ? "" : UnknownAddresses(domain));
        Show.Write(facts);
        Table users = Show.Table("user", "state", "addresses", "own virtual address");
        foreach (UserReport user in domain.Users)
            Show.Row(users, user.Uid, user.Status, string.Join(", ", user.Addresses), string.Join(", ", user.VirtualAddresses));
        Show.Write(users);
        return ExitCode.Ok;
    }

    private static Task<int> SetStatusAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        string domain = arguments.GetValue(Domain)!;
        MailStatus status = arguments.GetValue(Status);
        return LoginOptions.RunAsync(arguments, (administration, login) => administration.Domains.SetStatusAsync(login, domain, status, cancellationToken),
            _ => Show.Line($"{domain} is now {status.ToString().ToLowerInvariant()}"));
    }

    private static async Task<int> RemoveAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        string domain = arguments.GetValue(Domain)!;
        if (!Confirm.Asked(arguments, $"{domain} with all its users and groups will be removed from the directory."))
            return ExitCode.Usage;
        return await LoginOptions.RunAsync(arguments, (administration, login) => administration.Domains.RemoveAsync(login, domain, cancellationToken),
            entries => Show.Line(string.Create(CultureInfo.InvariantCulture, $"{domain} is removed from the directory, {entries} entries; its mail is still in the store")));
    }
}

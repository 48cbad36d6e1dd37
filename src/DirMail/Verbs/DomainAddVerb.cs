using System.CommandLine;
using System.Globalization;
using System.Net;
using DirMail.Routing;
using DirMail.Settings;
using Spectre.Console;

namespace DirMail.Verbs;

/// <summary>`dirmail domain add`: a new domain with all that belongs to it, from ldif/new-domain.ldif.</summary>
internal static class DomainAddVerb
{
    private static readonly Argument<string> Name = new("NAME") { Description = "The domain's name, e.g. example.org" };
    private static readonly Option<string[]> Also = new("--also") { Description = "A further name; may be repeated", HelpName = "NAME", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string[]> Address = new("--virtual-address") { Description = "An address of this host that is the domain's own: it is greeted and leaves mail there; may be repeated", HelpName = "IP", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string?> HostName = new("--host-name") { Description = "DNS name of that address (default: mail.NAME)", HelpName = "NAME" };
    private static readonly Option<string?> Postmaster = new("--postmaster") { Description = "An address elsewhere that gets postmaster's mail too", HelpName = "ADDRESS" };
    private static readonly Option<string[]> Admin = new("--admin") { Description = "uid of an administrator to be made; may be repeated (default: admin)", HelpName = "UID", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string?> Services = new("--services") { Description = "What its users may use (default: +imap,imaps,pop,pops,smtp,smtps,http:ALL)", HelpName = "RULES" };
    private static readonly Option<string?> Quota = new("--quota") { Description = "Disk quota of the domain: octets, or nK, nM, nG", HelpName = "SIZE" };
    private static readonly Option<FileInfo?> Template = new("--template") { Description = "LDIF with %WORDS%, instead of ldif/new-domain.ldif", HelpName = "FILE" };
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Check, and print the LDIF that would be added" };

    public static Command Create()
    {
        var add = new Command("add", "Add a domain: its node, people, groups, postmaster and administrators; all or nothing")
        {
            Name, Also, Address, HostName, Postmaster, Admin, Services, Quota, Template, Passwords.NewFile, DryRun, CommonOptions.Json, LoginOptions.BindDn, LoginOptions.PasswordFile,
        };
        add.SetAction(RunAsync);
        return add;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        if (await DomainAsync(arguments, cancellationToken) is not { } domain)
            return ExitCode.Usage;
        if (arguments.GetValue(DryRun))
            return await LoginOptions.RunAsync(arguments, (administration, login) => administration.Domains.PreviewAsync(login, domain, cancellationToken), Console.Out.Write);
        bool isGiven = arguments.GetValue(Passwords.NewFile) is not null;
        return await LoginOptions.RunAsync(arguments, (administration, login) => administration.Domains.AddAsync(login, domain, cancellationToken),
            entries => Print(arguments, domain, entries, isGiven));
    }

    /// <summary>Null: told what is wrong with the arguments.</summary>
    private static async Task<NewDomain?> DomainAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var addresses = new List<IPAddress>();
        foreach (string text in arguments.GetValue(Address) ?? [])
            // "127.0.70" would be read as 127.0.0.70
            if (IPAddress.TryParse(text, out IPAddress? address) && (text.Contains(':') || text.Count(c => c == '.') == 3))
                addresses.Add(address);
            else
                return Wrong($"--virtual-address '{text}' is not an IP address");
        string[] uids = arguments.GetValue(Admin) is { Length: > 0 } named ? named : ["admin"];
        var administrators = new List<NewAdministrator>();
        foreach (string uid in uids.Distinct())
            if ((arguments.GetValue(Passwords.NewFile) is null ? Secrets.Make() : Passwords.New(arguments, uid)) is { } password)
                administrators.Add(new(uid, password));
            else
                return null;
        var domain = new NewDomain(arguments.GetValue(Name)!)
        {
            AlsoNames = arguments.GetValue(Also) ?? [],
            VirtualAddresses = addresses,
            HostName = arguments.GetValue(HostName),
            Postmaster = arguments.GetValue(Postmaster),
            Administrators = administrators,
            Quota = arguments.GetValue(Quota),
        };
        if (arguments.GetValue(Services) is { } services)
            domain = domain with { Services = services };
        return arguments.GetValue(Template) is not { } template ? domain
            : template.Exists ? domain with { Template = await File.ReadAllTextAsync(template.FullName, cancellationToken) } : Wrong($"there is no file {template}");
    }

    private static void Print(ParseResult arguments, NewDomain domain, int entries, bool isGiven)
    {
        if (arguments.GetValue(CommonOptions.Json))
        {
            Show.Json(new { domain.Name, Entries = entries, Administrators = domain.Administrators.Select(a => new { Login = $"{a.Uid}@{domain.Name}", Password = isGiven ? null : a.Password }) });
            return;
        }
        Show.Line(string.Create(CultureInfo.InvariantCulture, $"{domain.Name} is added, {entries} entries, and in force at once."));
        Table administrators = Show.Table("administrator", isGiven ? "" : "password (shown once)");
        foreach (NewAdministrator administrator in domain.Administrators)
            Show.Row(administrators, $"{administrator.Uid}@{domain.Name}", isGiven ? "as given" : administrator.Password);
        Show.Write(administrators);
        Show.Line($"Next: `dirmail user add USER@{domain.Name}`, and `dirmail domain check {domain.Name}` for what DNS must say.");
    }

    private static NewDomain? Wrong(string what)
    {
        Show.Error(what);
        return null;
    }
}

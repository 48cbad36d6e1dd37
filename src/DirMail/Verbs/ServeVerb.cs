using System.CommandLine;
using System.Reflection;
using DirMail.Ldap.Tree.Journal;
using DirMail.Mail;
using DirMail.Serve;
using DirMail.Settings;
using DirMail.Wire;

namespace DirMail.Verbs;

/// <summary>`dirmail serve`: runs the server until SIGTERM or Ctrl-C.</summary>
internal static class ServeVerb
{
    private static readonly Option<bool> Example = new("--example")
    {
        Description = "Try-out: fill an empty embedded directory from ldif/example.ldif, with abc.com as the host's own domain",
    };

    public static Command Create()
    {
        var command = new Command("serve", "Run the server in the foreground until SIGTERM or Ctrl-C") { Example };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        ServerFile settings = CommonOptions.Load(arguments);
        bool example = arguments.GetValue(Example);
        if (example)
            settings = settings.ForExample();
        // a domain key needs ICU: without it, internationalised domains would silently not match
        if (!MailAddress.TryDomainKey("bücher.example", out string key) || key != "xn--bcher-kva.example")
        {
            Show.Error("the ICU library is missing: install libicu, and do not set DOTNET_SYSTEM_GLOBALIZATION_INVARIANT");
            return ExitCode.Failed;
        }
        try
        {
            using var telemetry = new Telemetry(settings.Log);
            using DataFolder held = DataFolder.Hold(settings.DataFolder);
            string? exampleFile = example ? Path.Combine(AppContext.BaseDirectory, "ldif", "example.ldif") : null;
            await using Wiring wiring = await Wiring.StartAsync(settings, exampleFile, telemetry.Loggers, cancellationToken);
            Greet(settings, wiring);
            await UntilStoppedAsync(cancellationToken);
            Log.Stopping(telemetry.Loggers.CreateLogger("DirMail"), settings.DrainTime);
            return ExitCode.Ok;
        }
        catch (Exception failure) when (failure is IOException or ListenException or JournalException or UnauthorizedAccessException)
        {
            Show.Error(StartFailure.Text(failure, settings.DataFolder, StartFailure.Free(settings.DataFolder)));
            return ExitCode.Failed;
        }
    }

    private static void Greet(ServerFile settings, Wiring wiring)
    {
        string version = Assembly.GetExecutingAssembly().GetName().Version?.ToString(3) ?? "";
        Show.Line($"DirMail {version} serves {settings.DataFolder}; directory {settings.Directory.Url}");
        foreach (Service service in wiring.Services)
            Show.Line($"  {service.Name} on {service.Where}");
        if (!settings.Directory.HostName.Contains('.', StringComparison.Ordinal))
            Show.Line($"The host calls itself {settings.Directory.HostName}, which other servers may refuse: set host.name to its full name in DNS.");
        if (wiring.FirstPasswords is not { } made)
            return;
        Show.Line($"An empty directory was made. These passwords are shown once (and kept in {Path.Combine(settings.DataFolder, "secrets")}, mode 0600):");
        Show.Line($"  {Secrets.SiteAdministratorDn(settings.Directory.BaseDn)}   {made.SiteAdministrator}");
        Show.Line($"  {settings.Directory.BindDn}   {made.Service}");
    }

    private static async Task UntilStoppedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // SIGTERM or Ctrl-C
        }
    }
}

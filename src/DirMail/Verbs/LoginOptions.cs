using System.CommandLine;
using DirMail.Routing;
using DirMail.Settings;
using Spectre.Console;

namespace DirMail.Verbs;

/// <summary>Who writes to the directory: named on the command line, else the site administrator of the embedded directory, whose password lies in the data folder.</summary>
internal static class LoginOptions
{
    public static readonly Option<string?> BindDn = new("--bind-dn", "-D") { Description = "Directory name to bind as (default: the embedded directory's site administrator)", HelpName = "DN" };

    public static readonly Option<string?> PasswordFile = new("--password-file", "-y") { Description = "File whose first line is the password (default: asked for)", HelpName = "FILE" };

    public static bool TryRead(ParseResult arguments, ServerFile settings, out DirectoryLogin? login)
    {
        login = null;
        string? dn = arguments.GetValue(BindDn), file = arguments.GetValue(PasswordFile);
        var secrets = new Secrets(settings.DataFolder);
        if (dn is null && settings.EmbeddedDirectory is not null && secrets.Read(Secrets.SiteAdministrator) is { } known)
        {
            login = new(Secrets.SiteAdministratorDn(settings.Directory.BaseDn), known);
            return true;
        }
        if (dn is null)
        {
            Show.Error("name who you are with --bind-dn: a domain's administrator or a site administrator");
            return false;
        }
        try
        {
            string password = file is not null ? File.ReadLines(file).FirstOrDefault("") : AnsiConsole.Prompt(new TextPrompt<string>($"Password of {Markup.Escape(dn)}:").Secret(null));
            login = new(dn, password);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Show.Error($"the password file cannot be read: {failure.Message}");
        }
        catch (Exception failure) when (failure is InvalidOperationException or NotSupportedException)
        {
            Show.Error("no terminal to ask for the password: give --password-file");
        }
        return false;
    }

    public static int Report(AdministrationResult result, string done)
    {
        if (result is AdministrationResult.Refused refused)
        {
            Show.Error(refused.Reason);
            return ExitCode.Failed;
        }
        Show.Line(done);
        return ExitCode.Ok;
    }
}

using System.CommandLine;
using DirMail.Routing;
using DirMail.Settings;

namespace DirMail.Verbs;

/// <summary>Who acts on the directory: named on the command line, else the site administrator of the embedded directory, whose password lies in the data folder.</summary>
internal static class LoginOptions
{
    public static readonly Option<string?> BindDn = new("--bind-dn", "-D")
    {
        Description = "Who you are: user@domain, a directory name, or a service account's uid (default: the embedded directory's site administrator)",
        HelpName = "LOGIN",
    };

    public static readonly Option<string?> PasswordFile = new("--password-file", "-y") { Description = "File whose first line is your password (default: $DIRMAIL_PASSWORD, else asked for)", HelpName = "FILE" };

    /// <summary>A verb that acts as the person who is named.</summary>
    public static Command Verb(string name, string description, Func<ParseResult, CancellationToken, Task<int>> runAsync, IEnumerable<Symbol> takes)
    {
        var command = new Command(name, description);
        foreach (Symbol symbol in takes.Append(BindDn).Append(PasswordFile))
            if (symbol is Argument argument)
                command.Arguments.Add(argument);
            else
                command.Options.Add((Option)symbol);
        command.SetAction(runAsync);
        return command;
    }

    /// <summary>Asks the directory as that person, and prints what came of it.</summary>
    public static async Task<int> RunAsync<T>(ParseResult arguments, Func<Administration, DirectoryLogin, Task<Administered<T>>> askAsync, Action<T> print) =>
        Open(arguments) is { } acting ? await acting.RunAsync(askAsync, print) : ExitCode.Usage;

    /// <summary>Asks for the password where one is needed, before anything is drawn. Null: told why there is none.</summary>
    public static Acting? Open(ParseResult arguments)
    {
        ServerFile settings = CommonOptions.Load(arguments);
        return TryRead(arguments, settings) is { } login ? new(new(new Secrets(settings.DataFolder).WithServicePassword(settings.Directory)), login) : null;
    }

    /// <summary>Null: told why.</summary>
    private static DirectoryLogin? TryRead(ParseResult arguments, ServerFile settings)
    {
        string? name = arguments.GetValue(BindDn);
        if (name is null && settings.EmbeddedDirectory is not null && new Secrets(settings.DataFolder).Read(Secrets.SiteAdministrator) is { } known)
            return new(Secrets.SiteAdministratorDn(settings.Directory.BaseDn), known);
        if (name is null)
        {
            Show.Error("name who you are with --bind-dn: a domain's administrator (admin@bcd.com) or a site administrator");
            return null;
        }
        return Passwords.Of(arguments.GetValue(PasswordFile), name) is { } password ? new(name, password) : null;
    }
}

/// <summary>Somebody at work on the directory.</summary>
internal sealed record Acting(Administration Administration, DirectoryLogin Login)
{
    public async Task<int> RunAsync<T>(Func<Administration, DirectoryLogin, Task<Administered<T>>> askAsync, Action<T> print)
    {
        Administered<T> answer = await askAsync(Administration, Login);
        if (!answer.IsDone)
        {
            Show.Error(answer.Refusal);
            return ExitCode.Failed;
        }
        print(answer.Value);
        return ExitCode.Ok;
    }
}

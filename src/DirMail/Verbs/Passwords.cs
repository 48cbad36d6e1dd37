using System.CommandLine;
using DirMail.Settings;
using Spectre.Console;

namespace DirMail.Verbs;

/// <summary>Where passwords come from: never from the command line itself, which others on the machine can read.</summary>
internal static class Passwords
{
    public static readonly Option<bool> Generate = new("--generate") { Description = "Make up a password and print it once" };

    public static readonly Option<string?> NewFile = new("--new-password-file") { Description = "File whose first line is the new password", HelpName = "FILE" };

    /// <summary>Of the person who acts: from the file, the environment, or asked for without echo. Null: told why there is none.</summary>
    public static string? Of(string? file, string who)
    {
        if (file is not null)
            return FirstLine(file);
        return Environment.GetEnvironmentVariable("DIRMAIL_PASSWORD") is { Length: > 0 } given ? given : Ask($"Password of {who}:", "--password-file FILE or DIRMAIL_PASSWORD");
    }

    /// <summary>A new one: made up, from a file, or asked for twice. Null: told why there is none.</summary>
    public static string? New(ParseResult arguments, string who)
    {
        if (arguments.GetValue(Generate))
            return Secrets.Make();
        if (arguments.GetValue(NewFile) is { } file)
            return FirstLine(file);
        string? first = Ask($"New password of {who}:", "--generate or --new-password-file FILE");
        if (first is null || Ask("Again:", "--new-password-file FILE") == first)
            return first;
        Show.Error("the two are not the same: nothing was changed");
        return null;
    }

    private static string? FirstLine(string file)
    {
        try
        {
            return File.ReadLines(file).FirstOrDefault("");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Show.Error($"the password file cannot be read: {failure.Message}");
            return null;
        }
    }

    private static string? Ask(string question, string instead)
    {
        if (Console.IsInputRedirected || Console.IsOutputRedirected)
        {
            Show.Error($"no terminal to ask for the password: give {instead}");
            return null;
        }
        return AnsiConsole.Prompt(new TextPrompt<string>(Markup.Escape(question)).Secret(null).AllowEmpty());
    }
}

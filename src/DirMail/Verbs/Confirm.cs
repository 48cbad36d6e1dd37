using System.CommandLine;

namespace DirMail.Verbs;

/// <summary>What cannot be undone is done only when the person says so twice.</summary>
internal static class Confirm
{
    public static readonly Option<bool> Yes = new("--yes") { Description = "Do not ask" };

    /// <summary>False: told, or the person said no.</summary>
    public static bool Asked(ParseResult arguments, string question)
    {
        if (arguments.GetValue(Yes))
            return true;
        if (Console.IsInputRedirected || Console.IsOutputRedirected)
        {
            Show.Error($"{question} There is no terminal to ask: give --yes");
            return false;
        }
        Console.Write($"{question} Type yes: ");
        return Console.ReadLine()?.Trim() == "yes";
    }
}

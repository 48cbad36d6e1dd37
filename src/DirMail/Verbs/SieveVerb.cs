using System.CommandLine;
using DirMail.Mail;
using DirMail.Mail.Sieve;

namespace DirMail.Verbs;

/// <summary>`dirmail sieve test`: whether a script is sound, and what it makes of a message. Delivers nothing and asks no server.</summary>
internal static class SieveVerb
{
    private static readonly Argument<string> Script = new("SCRIPT") { Description = "File with a Sieve script, as it would stand in mailSieveRuleSource" };
    private static readonly Argument<string?> Message = new("MESSAGE") { Description = "File with a message; without it the script is only checked", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string?> From = new("--from") { Description = "Envelope sender (default: the null sender)" };
    private static readonly Option<string> To = new("--to") { Description = "Envelope recipient", DefaultValueFactory = static _ => "recipient@example.org" };

    public static Command Create()
    {
        var test = new Command("test", "Check a Sieve script and print what it does with a message") { Script, Message, From, To };
        test.SetAction((arguments, cancellationToken) => RunAsync(arguments, cancellationToken));
        return new Command("sieve", "Try mail filters") { test };
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        string file = arguments.GetValue(Script)!;
        MailAddress? sender = null;
        if (!MailAddress.TryParse(arguments.GetValue(To), out MailAddress recipient) || (arguments.GetValue(From) is { Length: > 0 } from && !(sender = MailAddress.TryParse(from, out MailAddress address) ? address : null).HasValue))
            return Failed("--from and --to take mail addresses");
        try
        {
            SieveScript? script = SieveScript.Compile([await File.ReadAllTextAsync(file, cancellationToken)], out SieveFault? fault);
            if (fault is not null)
                return Failed($"{file}: {fault}");
            byte[]? message = arguments.GetValue(Message) is { } path ? await File.ReadAllBytesAsync(path, cancellationToken) : null;
            if (message is not null)
                Print(script?.Run(new SieveMessage(message, message.Length, sender), recipient) ?? SieveResult.Kept);
            return ExitCode.Ok;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Failed(failure.Message);
        }
    }

    private static void Print(SieveResult result)
    {
        if (result.Fault is { } fault)
            Show.Error($"broken off: {fault}");
        foreach (SieveFiling filing in result.Filings)
            Show.Line((filing.Mailbox is { } mailbox ? $"fileinto {mailbox}" : "keep") + string.Concat(filing.Flags.Select(static flag => " " + flag)));
        foreach (MailAddress address in result.Redirects)
            Show.Line($"redirect {address}");
        if (result.Vacation is { } vacation)
            Show.Line($"vacation {vacation.Subject}");
        if (result.IsUnwanted)
            Show.Line(result.Rejection is { } reason ? $"reject {Responses.RejectedByRecipient.Saying(reason)}" : "discard");
    }

    private static int Failed(string reason)
    {
        Show.Error(reason);
        return ExitCode.Failed;
    }
}

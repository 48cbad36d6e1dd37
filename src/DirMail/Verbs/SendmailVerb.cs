using System.CommandLine;
using DirMail.Sendmail;

namespace DirMail.Verbs;

/// <summary>`dirmail sendmail`: only its place among the verbs; <see cref="SendmailOptions"/> reads its words.</summary>
internal static class SendmailVerb
{
    private static readonly Argument<string[]> Words = new("ARGUMENT") { Description = "Options of sendmail, and recipients", Arity = ArgumentArity.ZeroOrMore };

    public static Command Create()
    {
        var command = new Command("sendmail", "Take a message from a program of this machine, as sendmail does") { Words };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction((arguments, cancellationToken) => SendmailRun.RunAsync([.. arguments.UnmatchedTokens, .. arguments.GetValue(Words) ?? []], cancellationToken));
        return command;
    }
}

using System.CommandLine;
using System.CommandLine.Invocation;
using DirMail.Admin;
using DirMail.Sendmail;
using DirMail.Settings;
using DirMail.Verbs;

// its options are no others' options, so nothing else reads them
if (args is ["sendmail", .. var rest] && rest is not ["--help"] and not ["-h"] and not ["-?"])
    return await SendmailRun.RunAsync(rest, CancellationToken.None);
ParseResult arguments = CommandTree.Create().Parse(args);
// with --help none is missing: it is answered as ever
if (arguments.Action is ParseErrorAction)
    return await WrongArguments.TellAsync(arguments);
try
{
    return await arguments.InvokeAsync(new() { EnableDefaultExceptionHandler = false });
}
catch (SettingsException wrong)
{
    Show.Error(wrong.Message);
    return ExitCode.Usage;
}
catch (ControlException failure)
{
    Show.Error(failure.Message);
    return ExitCode.Failed;
}
catch (OperationCanceledException)
{
    return ExitCode.Failed;
}

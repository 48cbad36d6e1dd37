using System.CommandLine;
using DirMail.Admin;
using DirMail.Settings;
using DirMail.Verbs;

var root = new RootCommand("""
    DirMail: mail for many organisations on one machine, ruled live by an LDAP directory.

    Examples:
      dirmail demo                              see it all in under a minute
      dirmail serve --example                   run with the three example domains
      dirmail explain alice@bcd.com             why an address is answered as it is
      dirmail domain set-status bcd.com inactive
      echo hello | dirmail send --from bob@bcd.com --to carol@cde.com --subject hi

    Exit codes: 0 done, 1 could not be done, 2 wrong arguments or settings.
    """)
{
    ServeVerb.Create(),
    DemoVerb.Create(),
    StatusVerb.Create(),
    ExplainVerb.Create(),
    DomainVerbs.Create(),
    UserVerbs.Create(),
    GroupVerbs.Create(),
    QueueVerbs.Create(),
    DirectoryVerbs.Create(),
    LdifVerbs.Create(),
    SendVerb.Create(),
    CompletionVerb.Create(),
};
root.Options.Add(CommonOptions.Settings);
root.Options.Add(CommonOptions.Data);

ParseResult arguments = root.Parse(args);
if (arguments.Errors.Count > 0)
{
    await arguments.InvokeAsync(new() { Output = Console.Error });
    return ExitCode.Usage;
}
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

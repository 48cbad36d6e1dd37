using System.CommandLine;
using System.CommandLine.Help;

namespace DirMail.Verbs;

/// <summary>All verbs.</summary>
internal static class CommandTree
{
    public static RootCommand Create()
    {
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
            AccountVerbs.Create(),
            StoreVerbs.Create(),
            QueueVerbs.Create(),
            DirectoryVerbs.Create(),
            LdifVerbs.Create(),
            SieveVerb.Create(),
            SendVerb.Create(),
            SendmailVerb.Create(),
            CompletionVerb.Create(),
        };
        root.Options.Add(CommonOptions.Settings);
        root.Options.Add(CommonOptions.Data);
        foreach (HelpOption help in root.Options.OfType<HelpOption>())
            help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    /// <summary>As it is typed: "dirmail user add".</summary>
    public static string NameOf(Command verb)
    {
        var words = new List<string>();
        for (Command? at = verb; at is not null and not RootCommand; at = at.Parents.OfType<Command>().FirstOrDefault())
            words.Insert(0, at.Name);
        return string.Join(' ', words.Prepend("dirmail"));
    }
}

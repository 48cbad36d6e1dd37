using System.CommandLine;

namespace DirMail.Verbs;

/// <summary>`dirmail completion bash`: prints what the shell sources; the program itself suggests the words.</summary>
internal static class CompletionVerb
{
    private const string Bash = """
        _dirmail() {
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$(dirmail "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _dirmail dirmail ./dirmail
        """;

    public static Command Create()
    {
        var bash = new Command("bash", "For bash: source <(dirmail completion bash)");
        bash.SetAction(_ => Console.Out.WriteLine(Bash));
        return new Command("completion", "Print a script that completes dirmail's words in your shell") { bash };
    }
}

using System.CommandLine;

namespace DirMail.Verbs;

/// <summary>`dirmail completion bash|zsh|fish`: prints what the shell sources; the program itself suggests the words.</summary>
internal static class CompletionVerb
{
    private const string Bash = """
        _dirmail() {
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$(dirmail "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _dirmail dirmail ./dirmail
        """;

    private const string Zsh = """
        _dirmail() {
            local -a words_found
            words_found=("${(@f)$(dirmail "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
            compadd -a words_found
            _files
        }
        compdef _dirmail dirmail
        """;

    private const string Fish = """
        complete -c dirmail -a '(dirmail "[suggest:"(commandline -C)"]" (commandline -cp) 2>/dev/null)'
        """;

    public static Command Create() => new("completion", "Print a script that completes dirmail's words in your shell")
    {
        Shell("bash", Bash, "For bash: source <(dirmail completion bash)"),
        Shell("zsh", Zsh, "For zsh, after compinit: source <(dirmail completion zsh)"),
        Shell("fish", Fish, "For fish: dirmail completion fish | source"),
    };

    private static Command Shell(string name, string script, string description)
    {
        var shell = new Command(name, description);
        shell.SetAction(_ => Console.Out.WriteLine(script));
        return shell;
    }
}

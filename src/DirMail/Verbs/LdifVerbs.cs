using System.CommandLine;
using System.Globalization;
using System.Text;
using DirMail.Routing;

namespace DirMail.Verbs;

/// <summary>`dirmail ldif load FILE...` and `dirmail ldif export [FILE]`.</summary>
internal static class LdifVerbs
{
    private const int MostFaultsShown = 1000;

    private static readonly Argument<string[]> Files = new("FILE") { Description = "LDIF with entries to add or changes to make (RFC 2849); - reads standard input", Arity = ArgumentArity.OneOrMore };
    private static readonly Argument<string?> Into = new("FILE") { Description = "Where to write; nothing or - is standard output", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Change nothing: check syntax, schema, parents, names that are taken, and what DirMail would have to say" };
    private static readonly Option<bool> Continue = new("--continue") { Description = "Go on after a record that cannot be read or is refused" };
    private static readonly Option<string?> Domain = new("--domain") { Description = "Only this domain", HelpName = "DOMAIN", CompletionSources = { Completions.Domains } };
    private static readonly Option<bool> Operational = new("--operational") { Description = "With entryUUID, times and the like; such a file is for reading, no directory takes it back over LDAP" };

    public static Command Create() => new("ldif", "Load domains and users from LDIF files, and write them out")
    {
        LoginOptions.Verb("load", "Load LDIF into the directory, as yourself; an unreadable file changes nothing", LoadAsync, [Files, DryRun, Continue, CommonOptions.Json]),
        LoginOptions.Verb("export", "Write the directory, or one domain, as LDIF that loads again (without passwords: the directory shows them to nobody)", ExportAsync, [Into, Domain, Operational]),
    };

    private static async Task<int> LoadAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        bool isDry = arguments.GetValue(DryRun);
        if (LoginOptions.Open(arguments) is not { } acting)
            return ExitCode.Usage;
        var faults = new FaultList(MostFaultsShown);
        LdifCounts? counts = null;
        int exit = await LdifProgressBar.RunAsync(bar =>
        {
            faults.Holds = bar is not null;
            var load = new LdifLoad(arguments.GetValue(Files)!) { StandardInput = Console.In, GoesOn = arguments.GetValue(Continue), Progress = bar, Fault = faults.Tell };
            return acting.RunAsync((administration, login) => isDry
                ? administration.Ldif.CheckAsync(login, load, cancellationToken) : administration.Ldif.LoadAsync(login, load, cancellationToken), c => counts = c);
        });
        faults.Release();
        if (counts is null)
            return exit;
        if (arguments.GetValue(CommonOptions.Json))
            Show.Json(new { DryRun = isDry, counts.Added, counts.Changed, counts.Removed, counts.Renamed, counts.Faults, counts.Problems });
        else
            Show.Line((isDry ? "nothing is changed; this would load: " : "loaded: ") + InWords(counts));
        return counts.Faults == 0 ? ExitCode.Ok : ExitCode.Failed;
    }

    private static async Task<int> ExportAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        string? file = arguments.GetValue(Into) is "-" ? null : arguments.GetValue(Into);
        string? domain = arguments.GetValue(Domain);
        if (LoginOptions.Open(arguments) is not { } acting)
            return ExitCode.Usage;
        try
        {
            await using StreamWriter output = new(file is null ? Console.OpenStandardOutput() : File.Create(file), new UTF8Encoding(false), 64 * 1024);
            long written = 0;
            int exit = await LdifProgressBar.RunAsync(bar => acting.RunAsync((administration, login) => administration.Ldif.ExportAsync(login,
                new LdifExport(output) { Domain = domain, WithOperational = arguments.GetValue(Operational), Progress = bar }, cancellationToken), entries => written = entries), isAllowed: file is not null);
            if (exit == ExitCode.Ok && file is not null)
                Show.Line(string.Create(CultureInfo.InvariantCulture, $"{written} entries written to {file}"));
            return exit;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Show.Error(failure.Message);
            return ExitCode.Failed;
        }
    }

    private static string InWords(LdifCounts counts)
    {
        (long Count, string What)[] all = [(counts.Added, "added"), (counts.Changed, "changed"), (counts.Removed, "removed"), (counts.Renamed, "renamed"), (counts.Faults, "not loaded"), (counts.Problems, "problems")];
        string[] said = [.. all.Where(c => c.Count > 0).Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Count} {c.What}"))];
        return said.Length == 0 ? "no records" : string.Join(", ", said);
    }

    /// <summary>Faults go to standard error; while a progress bar is drawn they wait, as both would write over each other.</summary>
    private sealed class FaultList(int most)
    {
        private readonly List<LdifFault> _held = [];
        private long _more;

        public bool Holds { get; set; }

        public void Tell(LdifFault fault)
        {
            if (!Holds)
                Show.Error(fault.ToString());
            else if (_held.Count < most)
                _held.Add(fault);
            else
                _more++;
        }

        public void Release()
        {
            foreach (LdifFault fault in _held)
                Show.Error(fault.ToString());
            if (_more > 0)
                Show.Error(string.Create(CultureInfo.InvariantCulture, $"and {_more} more"));
        }
    }
}

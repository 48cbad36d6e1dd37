using System.Diagnostics;
using System.Globalization;
using DirMail.Verbs;
using Spectre.Console;

namespace DirMail.Demo;

/// <summary>Runs the demo's steps against a real server process, prints each as a table, and says whether all was as expected.</summary>
internal sealed class DemoRun : IAsyncDisposable
{
    private static readonly (string Title, Func<DemoRun, CancellationToken, Task<IReadOnlyList<Observation>>> RunAsync)[] Steps =
    [
        ("a. The directory's domains, as the routing table sees them", ShowDomains.RunAsync),
        ("b. A remote server sends to alice@bcd.com; she reads it by IMAP and POP3", Inbound.RunAsync),
        ("c. Every domain is itself on the wire: what the receiver at xyz.test saw", Identities.RunAsync),
        ("d. The directory rules, live: bcd.com is switched off, on, and deleted", Switching.RunAsync),
        ("e. One copy: a message to three mailboxes and a remote address", OneCopy.RunAsync),
        ("f. 250 means kept, once: the server is killed while mail comes in", KillAndCount.RunAsync),
    ];

    private bool _keep;
    private readonly string _folder = Directory.CreateTempSubdirectory("dirmail-demo-").FullName;

    public Sink Sink { get; } = new();

    /// <summary>Set before the first step.</summary>
    public DemoServer Server { get; private set; } = null!;

    /// <returns>True when every observation was as expected.</returns>
    public async Task<bool> RunAsync(string? directoryUrl, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        Server = await DemoServer.StartAsync(_folder, directoryUrl, Sink.Port, cancellationToken);
        Show.Line(string.Create(CultureInfo.InvariantCulture, $"A server (process {Server.ProcessId}) runs on {_folder}: SMTP {Server.Smtp}, submission {Server.Submission}, POP3 {Server.Pop3}, IMAP {Server.Imap}, directory {Server.Directory.Url}."));
        int wrong = 0, seen = 0;
        foreach ((string title, var runAsync) in Steps)
        {
            AnsiConsole.MarkupLine($"\n[bold]{Markup.Escape(title)}[/]");
            IReadOnlyList<Observation> observations = await runAsync(this, cancellationToken);
            Print(observations);
            seen += observations.Count;
            wrong += observations.Count(o => !o.AsExpected);
        }
        string time = Stopwatch.GetElapsedTime(start).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        AnsiConsole.MarkupLine(wrong == 0
            ? $"\n[green]All {seen} observations were as expected[/], in {time} s."
            : $"\n[red]{wrong} of {seen} observations were not as expected[/], in {time} s; the server's log is {Path.Combine(_folder, "server.log")}.");
        _keep = wrong > 0;
        return wrong == 0;
    }

    public async ValueTask DisposeAsync()
    {
        if (Server is not null)
            await Server.DisposeAsync();
        await Sink.DisposeAsync();
        if (!_keep)
            Directory.Delete(_folder, recursive: true);
    }

    private static void Print(IReadOnlyList<Observation> observations)
    {
        Table table = Show.Table("what", "expected", "seen", "");
        foreach (Observation observation in observations)
            table.AddRow(new Text(observation.What), new Text(observation.Expected), new Text(observation.Seen), new Markup(observation.AsExpected ? "[green]ok[/]" : "[red]NO[/]"));
        Show.Write(table);
    }
}

using System.Collections.Concurrent;
using System.Text;
using DirMail.Demo;
using DirMail.Verbs;
using Microsoft.Extensions.Logging;
using Xunit;

namespace DirMail.Interop;

/// <summary>Nothing that a client proves itself with reaches a log, whatever the level: every way to log in, right and wrong, over every protocol, and a new password in the directory.</summary>
public sealed class SecretsInLogsTests
{
    private const string Right = "alice-bcd-secret";
    private const string Wrong = "zYx-never-in-a-log";
    private const string Changed = "qRs-new-for-bob";

    [Fact]
    public async Task No_password_and_no_sasl_response_is_logged_at_any_level()
    {
        using var logs = new Everything();
        var server = new RunningServer { Loggers = logs };
        await server.InitializeAsync();
        foreach (string password in (string[])[Right, Wrong])
        {
            await SmtpAsync(server.Submission, password);
            await ImapAsync(server.Imap, password);
            await Pop3Async(server.Pop3, password);
        }
        await new LdapUtils(server.DirectoryUrl).DoAsync("ldappasswd", DemoUser.Bob, ["-s", Changed]);
        await server.DisposeAsync();

        string[] secrets = [Right, Wrong, Changed, DemoUser.Bob.Password, .. new[] { Right, Wrong }.SelectMany(p => (string[])[Base64(p), Plain(p)])];
        Assert.Contains(logs.Lines, line => line.Contains("alice@bcd.com", StringComparison.Ordinal));
        Assert.DoesNotContain(logs.Lines, line => secrets.Any(secret => line.Contains(secret, StringComparison.Ordinal)));
    }

    private static Task SmtpAsync(int port, string password) => SayAsync(port,
        ["EHLO pc", $"AUTH PLAIN {Plain(password)}"], ["EHLO pc", "AUTH PLAIN", Plain(password)], ["EHLO pc", "AUTH LOGIN", Base64("alice@bcd.com"), Base64(password)],
        ["EHLO pc", $"AUTH CRAM-MD5 {Base64(password)}"], [$"PASS {password}"], ["EHLO pc", "AUTH PLAIN", $"*{Plain(password)}"]);

    private static Task ImapAsync(int port, string password) => SayAsync(port,
        [$"a LOGIN alice@bcd.com {password}"], [$"a AUTHENTICATE PLAIN {Plain(password)}"], ["a AUTHENTICATE PLAIN", Plain(password)], [$"a LOGIN alice@bcd.com {password} more"],
        [$"LOGIN alice@bcd.com {password}"], [$"a LOGIN alice@bcd.com {{{password.Length}}}", password]);

    private static Task Pop3Async(int port, string password) => SayAsync(port,
        ["USER alice@bcd.com", $"PASS {password}"], [$"AUTH PLAIN {Plain(password)}"], ["AUTH PLAIN", Plain(password)], [$"APOP alice@bcd.com {password}"], [$"PASS {password}"]);

    /// <summary>Each dialogue on a connection of its own; whatever the server says.</summary>
    private static async Task SayAsync(int port, params string[][] dialogues)
    {
        foreach (string[] lines in dialogues)
        {
            await using Dialogue dialogue = await Dialogue.OpenAsync(RunningServer.Local(port), CancellationToken.None);
            await dialogue.ReadAsync(CancellationToken.None);
            foreach (string line in lines)
            {
                await dialogue.WriteAsync(line, CancellationToken.None);
                string answer;
                do
                    answer = await dialogue.ReadAsync(CancellationToken.None);
                while (answer.Length > 3 && answer[3] == '-' && char.IsDigit(answer[0]));
            }
        }
    }

    private static string Plain(string password) => Base64($"\0alice@bcd.com\0{password}");

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    /// <summary>Keeps each line and what it was made of.</summary>
    private sealed class Everything : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{formatter(state, exception)} {exception} {(state is IEnumerable<KeyValuePair<string, object?>> values ? string.Join(' ', values) : "")}");

        public void Dispose()
        {
        }
    }
}

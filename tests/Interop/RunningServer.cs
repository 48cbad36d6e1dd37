using System.Net;
using DirMail.Serve;
using DirMail.Settings;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace DirMail.Interop;

/// <summary>The whole product in this process, put together by its own composition root from a settings file, with the example directory. Shared by the tests of a class.</summary>
public sealed class RunningServer : IAsyncLifetime
{
    private readonly ServerSetup _setup;
    private DataFolder? _held;

    public RunningServer() : this(new()) { }

    /// <param name="setup">Removed with the server.</param>
    internal RunningServer(ServerSetup setup) => _setup = setup;

    public string DirectoryUrl => _setup.DirectoryUrl;
    public int Smtp => _setup.Smtp;
    public int Submission => _setup.Submission;
    public int Pop3 => _setup.Pop3;
    public int Imap => _setup.Imap;
    public int Submissions => _setup.Submissions;
    public int Pop3s => _setup.Pop3s;
    public int Lmtp => _setup.Lmtp;
    public int Imaps => _setup.Imaps;
    public string Folder => _setup.Folder;

    /// <summary>Takes what the server logs.</summary>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    internal Wiring Wiring { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        ServerFile settings = ServerFile.Load(_setup.SettingsFile).ForExample();
        _held = DataFolder.Hold(settings.DataFolder);
        string? example = settings.EmbeddedDirectory is null ? null : Program.File("ldif/example.ldif");
        Wiring = await Wiring.StartAsync(settings, example, Loggers, CancellationToken.None);
    }

    /// <summary>Every invariant of the store holds: called after each test.</summary>
    public async Task CheckAsync() => Assert.Empty(await Wiring.Store.CheckAsync(CancellationToken.None));

    public async Task DisposeAsync()
    {
        if (Wiring is not null)
        {
            await CheckAsync();
            await Wiring.DisposeAsync();
        }
        _held?.Dispose();
        _setup.Dispose();
    }

    internal static IPEndPoint Local(int port) => new(IPAddress.Loopback, port);
}

using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using DirMail.Mail;
using DirMail.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DirMail.Admin;

/// <summary>
/// The control API: HTTP and JSON over a Unix socket that only its owner may open (mode 0600), and that answers only peers with the server's own user id or root.
/// </summary>
public sealed class ControlServer : IAsyncDisposable
{
    /// <summary>sun_path of a Unix socket (Linux), without its final NUL.</summary>
    private const int MaxPathOctets = 107;

    private readonly WebApplication _application;
    private readonly ControlFacts _facts;
    private readonly DateTimeOffset _started;

    private ControlServer(WebApplication application, ControlFacts facts)
    {
        _application = application;
        _facts = facts;
        _started = facts.Clock.GetUtcNow();
    }

    /// <summary>Name of the socket in the data folder.</summary>
    public const string SocketName = "control.sock";

    /// <summary>The caller holds the data folder's lock, so a socket file left by a killed server is removed.</summary>
    /// <exception cref="IOException">The folder's name is too long for a socket.</exception>
    public static async Task<ControlServer> StartAsync(ControlFacts facts, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        string path = Path.Combine(facts.DataFolder, SocketName);
        if (Encoding.UTF8.GetByteCount(path) > MaxPathOctets)
            throw new IOException($"the data folder {facts.DataFolder} has too long a name for the control socket in it: {MaxPathOctets - SocketName.Length - 1} octets at most (setting dataFolder)");
        File.Delete(path);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddSingleton(loggers);
        ILogger logger = loggers.CreateLogger("DirMail.Admin");
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Limit(kestrel, path, logger));
        builder.Services.AddRoutingCore();
        var server = new ControlServer(builder.Build(), facts);
        server.Map();
        await server._application.StartAsync(cancellationToken);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        File.Delete(Path.Combine(_facts.DataFolder, SocketName));
    }

    private static void Limit(KestrelServerOptions kestrel, string path, ILogger logger)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = 64 * 1024;
        kestrel.Limits.MaxConcurrentConnections = 64;
        kestrel.ListenUnixSocket(path, listen => listen.Use(next => context => IsOurs(context, logger) ? next(context) : Task.CompletedTask));
    }

    /// <summary>SO_PEERCRED (Linux): the kernel's word for who opened the other end.</summary>
    private static bool IsOurs(ConnectionContext context, ILogger logger)
    {
        if (context.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket)
            return false;
        Span<byte> credentials = stackalloc byte[12];
        const int SolSocket = 1, SoPeerCred = 17;
        if (socket.GetRawSocketOption(SolSocket, SoPeerCred, credentials) != credentials.Length)
            return false;
        uint peer = MemoryMarshal.Read<uint>(credentials[4..]);
        if (peer == 0 || peer == Native.EffectiveUser())
            return true;
        Log.PeerRefused(logger, peer);
        return false;
    }

    private void Map()
    {
        _application.Use(async (context, next) =>
        {
            using Activity? span = Metrics.Source.StartActivity("control");
            await next(context);
            Metrics.Answered(context.Response.StatusCode);
        });
        _application.MapGet("/v1/status", (CancellationToken stop) => Reports.StatusAsync(_facts, _started, stop));
        _application.MapGet("/v1/domains", () => _facts.Live.Current.Domains.Select(d => Reports.Domain(d, _facts, withUsers: false)));
        _application.MapGet("/v1/domains/{name}", (string name) => OneDomain(name));
        _application.MapGet("/v1/explain", (string address, string? from, string? login, string? client, string? at, bool? dns, CancellationToken stop) =>
            new Explanation(_facts).AnswerAsync(new(address, from, login, client, at, dns ?? false), stop));
        _application.MapGet("/v1/directory", () => Reports.Following(_facts));
        _application.MapPost("/v1/directory/accept", AcceptRemovalsAsync);
        _application.MapGet("/v1/directory/problems", () => _facts.Directory().Problems.Concat(_facts.Live.Current.Problems).Select(p => new ProblemReport(p.Dn, p.Attribute, p.Text)));
        var queue = new QueueRequests(_facts);
        _application.MapGet("/v1/queue", queue.ListAsync);
        _application.MapGet("/v1/queue/stats", queue.StatisticsAsync);
        _application.MapGet("/v1/queue/{id:long}/raw", queue.RawAsync);
        _application.MapPost("/v1/queue/inject", queue.InjectAsync);
        _application.MapPost("/v1/queue/{action}", queue.ChangeAsync);
        _application.MapGet("/v1/accounts/orphaned", (CancellationToken stop) => AccountRequests.OrphansAsync(_facts, stop));
        _application.MapPost("/v1/accounts/purge", (string account, CancellationToken stop) => AccountRequests.PurgeAsync(_facts, account, stop));
        StoreRequests.Map(_application, _facts);
        _application.MapPost("/v1/accounts/adopt", (string address, bool? fresh, CancellationToken stop) => AccountRequests.AdoptAsync(_facts, address, fresh ?? false, stop));
    }

    private IResult OneDomain(string name) =>
        MailAddress.TryDomainKey(name, out string key) && _facts.Live.Current.FindDomain(key) is { } domain
            ? Results.Ok(Reports.Domain(domain, _facts, withUsers: true))
            : NotFound($"'{name}' is not a hosted domain; `dirmail domain list` shows them");

    private async Task<IResult> AcceptRemovalsAsync(string? domain, CancellationToken cancellationToken)
    {
        VirtualDomain? one = domain is not null && MailAddress.TryDomainKey(domain, out string key) ? _facts.Live.Current.FindDomain(key) : null;
        if (domain is not null && one is null)
            return NotFound($"'{domain}' is not a hosted domain; `dirmail directory status` shows what is held back");
        return Results.Ok(new AcceptReport(await _facts.AcceptRemovals(one?.Id, cancellationToken)));
    }

    private static IResult NotFound(string error) => Results.NotFound(new ErrorReport(error));
}

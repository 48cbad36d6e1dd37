using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using DirMail.Store;

namespace DirMail.Admin;

/// <summary>The command line's end of the control socket. Every failure is a <see cref="ControlException"/> whose message is for the person.</summary>
public sealed class ControlClient : IDisposable
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http;
    private readonly string _folder;

    public ControlClient(string dataFolder)
    {
        _folder = dataFolder;
        string path = Path.Combine(dataFolder, ControlServer.SocketName);
        _http = new(new SocketsHttpHandler { ConnectCallback = (_, stop) => ConnectAsync(path, stop) }) { BaseAddress = new("http://dirmail/v1/"), Timeout = Timeout.InfiniteTimeSpan };
    }

    public Task<ServerStatus> StatusAsync(CancellationToken cancellationToken) => GetAsync<ServerStatus>("status", cancellationToken);

    public Task<IReadOnlyList<DomainReport>> DomainsAsync(CancellationToken cancellationToken) => GetAsync<IReadOnlyList<DomainReport>>("domains", cancellationToken);

    public Task<DomainReport> DomainAsync(string name, CancellationToken cancellationToken) => GetAsync<DomainReport>($"domains/{Uri.EscapeDataString(name)}", cancellationToken);

    public Task<ExplainReport> ExplainAsync(ExplainQuery query, CancellationToken cancellationToken) => GetAsync<ExplainReport>("explain" + Query(("address", query.Address), ("from", query.From),
        ("login", query.Login), ("client", query.Client), ("at", query.At), ("dns", query.Dns ? "true" : null)), cancellationToken);

    public Task<FollowingReport> DirectoryAsync(CancellationToken cancellationToken) => GetAsync<FollowingReport>("directory", cancellationToken);

    /// <param name="domain">Null: of all domains.</param>
    public Task<AcceptReport> AcceptRemovalsAsync(string? domain, CancellationToken cancellationToken) =>
        SendAsync<AcceptReport>(new(HttpMethod.Post, "directory/accept" + Query(("domain", domain))), cancellationToken);

    public Task<IReadOnlyList<ProblemReport>> ProblemsAsync(CancellationToken cancellationToken) => GetAsync<IReadOnlyList<ProblemReport>>("directory/problems", cancellationToken);

    /// <summary>One page of at most 1,000; pass the last id to get the next.</summary>
    public Task<IReadOnlyList<QueueReport>> QueueAsync(QueueQuery query, long? after, int limit, CancellationToken cancellationToken) =>
        GetAsync<IReadOnlyList<QueueReport>>("queue" + Query([.. Parts(query), ("after", Text(after)), ("limit", Text(limit))]), cancellationToken);

    /// <param name="domain">Null: of all domains.</param>
    public Task<IReadOnlyList<QueueLaneReport>> QueueStatisticsAsync(string? domain, CancellationToken cancellationToken) =>
        GetAsync<IReadOnlyList<QueueLaneReport>>("queue/stats" + Query(("domain", domain)), cancellationToken);

    /// <summary>A million recipients may be meant: it takes the time it takes.</summary>
    /// <param name="all">Said when the query names nothing; only a flush needs no such word.</param>
    public Task<QueueChangeReport> ChangeQueueAsync(QueueAction action, QueueQuery query, bool all, CancellationToken cancellationToken) =>
        SendAsync<QueueChangeReport>(new(HttpMethod.Post, $"queue/{action}" + Query([.. Parts(query), ("all", all ? "true" : null)])), Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>The readable form of a queued message, octet for octet.</summary>
    public Task CopyRawAsync(long id, Stream to, CancellationToken cancellationToken) => AskAsync(new(HttpMethod.Get, $"queue/{Text(id)}/raw"), Timeout.InfiniteTimeSpan, async (response, stop) =>
    {
        await response.Content.CopyToAsync(to, stop);
        return true;
    }, cancellationToken);

    public Task<InjectReport> InjectAsync(Stream readable, CancellationToken cancellationToken) =>
        SendAsync<InjectReport>(new(HttpMethod.Post, "queue/inject") { Content = new StreamContent(readable) }, Timeout.InfiniteTimeSpan, cancellationToken);

    public Task<IReadOnlyList<AccountReport>> OrphansAsync(CancellationToken cancellationToken) => GetAsync<IReadOnlyList<AccountReport>>("accounts/orphaned", cancellationToken);

    public Task<AdoptReport> AdoptAsync(string address, bool fresh, CancellationToken cancellationToken) =>
        SendAsync<AdoptReport>(new(HttpMethod.Post, "accounts/adopt" + Query(("address", address), ("fresh", fresh ? "true" : "false"))), cancellationToken);

    public Task<PurgeReport> PurgeAsync(string account, CancellationToken cancellationToken) =>
        SendAsync<PurgeReport>(new(HttpMethod.Post, "accounts/purge" + Query(("account", account))), cancellationToken);

    public Task<StoreStatisticsReport> StoreStatisticsAsync(IProgress<StoreProgress>? progress, CancellationToken cancellationToken) =>
        WorkAsync<StoreStatisticsReport>("store/stats", progress, cancellationToken);

    public Task<IReadOnlyList<string>> CheckStoreAsync(IProgress<StoreProgress>? progress, CancellationToken cancellationToken) => WorkAsync<IReadOnlyList<string>>("store/check", progress, cancellationToken);

    /// <param name="target">As the server sees it: an absolute path.</param>
    public Task<BackupReport> BackupAsync(string target, IProgress<StoreProgress>? progress, CancellationToken cancellationToken) =>
        WorkAsync<BackupReport>("store/backup" + Query(("target", target)), progress, cancellationToken);

    public Task<ExchangeReport> ExportAsync(ExchangeQuery query, IProgress<StoreProgress>? progress, CancellationToken cancellationToken) =>
        WorkAsync<ExchangeReport>("store/export" + Query(query), progress, cancellationToken);

    public Task<ExchangeReport> ImportAsync(ExchangeQuery query, IProgress<StoreProgress>? progress, CancellationToken cancellationToken) =>
        WorkAsync<ExchangeReport>("store/import" + Query(query), progress, cancellationToken);

    public void Dispose() => _http.Dispose();

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static (string, string?)[] Parts(QueueQuery query) =>
    [
        ("domain", query.Domain), ("to", query.To), ("user", query.User), ("address", query.Address), ("channel", query.Channel), ("stopped", query.IsStopped ? "true" : null),
        .. query.Ids.Select(id => ("id", (string?)id)),
    ];

    private static string? Text(long? number) => number?.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Query(params (string Name, string? Value)[] parts)
    {
        string text = string.Join('&', parts.Where(p => p.Value is not null).Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value!)}"));
        return text.Length == 0 ? "" : "?" + text;
    }

    private static string Query(ExchangeQuery query) =>
        Query(("path", query.Path), ("format", query.Format.ToString()), ("account", query.Account), ("domain", query.Domain), ("folder", query.Folder));

    /// <summary>Lines come as long as it works: no time is too long.</summary>
    private Task<T> WorkAsync<T>(string path, IProgress<StoreProgress>? progress, CancellationToken cancellationToken) => AskAsync(new(HttpMethod.Post, path), Timeout.InfiniteTimeSpan, async (response, stop) =>
    {
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(stop));
        while (await lines.ReadLineAsync(stop) is { } line)
        {
            WorkLine<T> said = JsonSerializer.Deserialize<WorkLine<T>>(line, JsonSerializerOptions.Web)!;
            if (said.Progress is { } far)
                progress?.Report(far);
            else if (said.Error is { } error)
                throw new ControlException(error);
            else
                return said.Result!;
        }
        throw new ControlException($"the server in {_folder} ended before it had done: its log may say why");
    }, cancellationToken);

    private Task<T> GetAsync<T>(string path, CancellationToken cancellationToken) => SendAsync<T>(new(HttpMethod.Get, path), cancellationToken);

    private Task<T> SendAsync<T>(HttpRequestMessage request, CancellationToken cancellationToken) => SendAsync<T>(request, AnswerTime, cancellationToken);

    private Task<T> SendAsync<T>(HttpRequestMessage request, TimeSpan limit, CancellationToken cancellationToken) => AskAsync(request, limit, async (response, stop) =>
        await response.Content.ReadFromJsonAsync<T>(stop) ?? throw new ControlException("the server answered nothing"), cancellationToken);

    private async Task<T> AskAsync<T>(HttpRequestMessage request, TimeSpan limit, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(limit);
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop.Token);
            if (response.IsSuccessStatusCode)
                return await read(response, stop.Token);
            ErrorReport? error = response.Content.Headers.ContentType?.MediaType == "application/json"
                ? await response.Content.ReadFromJsonAsync<ErrorReport>(stop.Token) : null;
            throw new ControlException(error?.Error ?? $"the server answered {(int)response.StatusCode}");
        }
        catch (HttpRequestException failure) when (failure.InnerException is SocketException socket)
        {
            throw new ControlException(socket.SocketErrorCode == SocketError.AccessDenied
                ? $"the server in {_folder} belongs to another user: run this as that user or as root"
                : $"no server runs on {_folder}: start one with `dirmail serve`, or name its folder with --data");
        }
        catch (HttpRequestException failure) when (failure.InnerException is ArgumentException)
        {
            throw new ControlException($"no server runs on {_folder}: its name is too long for a socket");
        }
        catch (HttpRequestException failure)
        {
            throw new ControlException($"the server in {_folder} ended the connection without an answer ({failure.Message}): its log may say why");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ControlException($"the server in {_folder} gave no answer within {limit.TotalSeconds} s");
        }
        catch (JsonException)
        {
            throw new ControlException("the server's answer cannot be read: is it another version?");
        }
    }
}

/// <summary>A request to the server failed; the message says what to do.</summary>
public sealed class ControlException(string message) : Exception(message);

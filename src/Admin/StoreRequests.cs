using System.Text.Json;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace DirMail.Admin;

/// <summary>`dirmail store`, done by the server whose store it is. Answers are lines of JSON (<see cref="WorkLine{T}"/>), so that the person sees how far it is.</summary>
internal static class StoreRequests
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(200);
    private static readonly JsonSerializerOptions Lines = JsonSerializerOptions.Web;

    public static void Map(IEndpointRouteBuilder application, ControlFacts facts)
    {
        application.MapPost("/v1/store/stats", (HttpContext context) => AnswerAsync(context, StatisticsAsync));
        application.MapPost("/v1/store/check", (HttpContext context) => AnswerAsync(context, facts.Store.CheckAsync));
        application.MapPost("/v1/store/backup", (HttpContext context, string target) => AnswerAsync(context, (progress, stop) => facts.Store.BackupAsync(target, progress, stop)));
        application.MapPost("/v1/store/export", (HttpContext context, string path, MailFormat format, string? account, string? domain) =>
            AnswerAsync(context, (progress, stop) => MailExchange.ExportAsync(facts.Store, facts.Live.Current, Canonical(facts.Live.Current, new(path, format, account, domain, null)), progress, stop)));
        application.MapPost("/v1/store/import", (HttpContext context, string path, MailFormat format, string? account, string? folder) =>
            AnswerAsync(context, (progress, stop) => ImportAsync(facts, new(path, format, account, null, folder), progress, stop)));

        Task<StoreStatisticsReport> StatisticsAsync(IProgress<StoreProgress> progress, CancellationToken stop) => StoreStatisticsReport.OfAsync(facts.Store, stop);
    }

    private static Task<ExchangeReport> ImportAsync(ControlFacts facts, ExchangeQuery query, IProgress<StoreProgress> progress, CancellationToken cancellationToken)
    {
        var import = new MailImport(facts.Store, facts.Clock) { Progress = progress, Folder = query.Folder ?? "INBOX" };
        return MailExchange.ImportAsync(import, query, name => Task.FromResult(Target(facts.Live.Current, name)), cancellationToken);
    }

    private static ImportTarget? Target(RoutingTable table, string name) =>
        AccountRequests.FindOwner(table, name) is not { } owner || table.HomeOf(owner) is not { } home || table.FindDomain(home) is not { } domain ? null : new(owner, new Quota(null, null) { Shared = new(home, null, null) })
        {
            Partition = table.FindUser(owner)?.Partition,
            SubjectOf = (entry, called) => table.HomeOf(entry) is not null || table.FindDomain(entry) is not null ? entry : called is null ? null : Identifiers.Find(table, domain, called),
        };

    /// <summary>By the names that accounts have; what the directory does not know (any more) stays as it was given.</summary>
    private static ExchangeQuery Canonical(RoutingTable table, ExchangeQuery query) => query with
    {
        Account = query.Account is { } account && AccountRequests.FindOwner(table, account) is { } owner ? table.NameOf(owner) : query.Account,
        Domain = query.Domain is { } domain && MailAddress.TryDomainKey(domain, out string key) && table.FindDomain(key) is { } hosted ? hosted.Name : query.Domain,
    };

    private static async Task AnswerAsync<T>(HttpContext context, Func<IProgress<StoreProgress>, CancellationToken, Task<T>> workAsync)
    {
        var latest = new Latest();
        CancellationToken stop = context.RequestAborted;
        Task<T> work = workAsync(latest, stop);
        context.Response.ContentType = "application/x-ndjson";
        while (await Task.WhenAny(work, Task.Delay(Between, stop)) != work && !stop.IsCancellationRequested)
            if (latest.Take() is { } far)
                await WriteAsync(context, new WorkLine<T>(far, default, null), stop);
        try
        {
            await WriteAsync(context, new WorkLine<T>(null, await work, null), stop);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            await WriteAsync(context, new WorkLine<T>(null, default, failure.Message), stop);
        }
        catch (OperationCanceledException)
        {
            // nobody listens any more
        }
    }

    private static async Task WriteAsync<T>(HttpContext context, T line, CancellationToken cancellationToken)
    {
        await JsonSerializer.SerializeAsync(context.Response.Body, line, Lines, cancellationToken);
        await context.Response.WriteAsync("\n", cancellationToken);
        await context.Response.Body.FlushAsync(cancellationToken);
    }

    private sealed class Latest : IProgress<StoreProgress>
    {
        private StoreProgress? _value;

        public void Report(StoreProgress value) => Volatile.Write(ref _value, value);

        public StoreProgress? Take() => Interlocked.Exchange(ref _value, null);
    }
}

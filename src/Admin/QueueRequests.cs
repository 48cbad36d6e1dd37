using DirMail.Mail;
using DirMail.Routing;
using DirMail.Store;
using DirMail.Transfer;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;

namespace DirMail.Admin;

/// <summary>`dirmail queue`: what waits, and what an administrator does to it.</summary>
internal sealed class QueueRequests(ControlFacts facts)
{
    private const int MaxPage = 1000, StandardPage = 100;

    /// <summary>Beside the message.</summary>
    private const int MaxEnvelopeOctets = 1024 * 1024;

    public async Task<IResult> ListAsync([AsParameters] QueueParameters asked, long? after, int? limit, CancellationToken cancellationToken)
    {
        if (!TryFilters(asked, out List<QueueFilter> filters, out IResult refusal))
            return refusal;
        QueueId? from = after is { } id ? new QueueId(id) : null;
        int most = Math.Clamp(limit ?? StandardPage, 1, MaxPage);
        var rows = new List<QueueRow>();
        foreach (QueueFilter filter in filters)
            rows.AddRange(await facts.Store.Queue.ListAsync(filter, from, most, cancellationToken));
        RoutingTable table = facts.Live.Current;
        return Results.Ok(rows.DistinctBy(static row => row.Id).OrderBy(static row => row.Id.Value).Take(most).Select(row => Reports.Queued(row, table)));
    }

    public async Task<IResult> StatisticsAsync(string? domain, CancellationToken cancellationToken)
    {
        RoutingTable table = facts.Live.Current;
        if (!TryDomain(domain, out EntryId? one))
            return UnknownDomain(domain);
        IReadOnlyList<QueueLaneStatistics> lanes = await facts.Store.Queue.StatisticsAsync(facts.Clock.GetUtcNow(), cancellationToken);
        return Results.Ok(lanes.Where(lane => one is null || lane.Lane.Domain == one).Select(lane => Reports.Lane(lane, facts.UnderWay(lane.Lane.Domain, lane.Lane.Channel), table))
            .OrderBy(static lane => lane.Domain, StringComparer.Ordinal).ThenBy(static lane => lane.Channel, StringComparer.Ordinal));
    }

    public async Task<IResult> RawAsync(long id, CancellationToken cancellationToken)
    {
        if (await facts.Store.Queue.ListAsync(new QueueFilter(Message: new QueueId(id)), null, 1, cancellationToken) is not [var row])
            return NotFound($"nothing in the queue has the number {id}");
        MessageContent content = await facts.Store.Queue.OpenAsync(row.Id, cancellationToken);
        return Results.Stream(to => ReadableForm.WriteAsync(row, content, to, cancellationToken), "application/octet-stream");
    }

    public async Task<IResult> ChangeAsync(QueueAction action, [AsParameters] QueueParameters asked, bool? all, CancellationToken cancellationToken)
    {
        if (!TryFilters(asked, out List<QueueFilter> filters, out IResult refusal))
            return refusal;
        if (action != QueueAction.Flush && asked.Query.IsAll && all != true)
            return Refused("say which mail is meant: a number, a domain, a user, an address, or all of it");
        DateTimeOffset now = facts.Clock.GetUtcNow();
        QueueChange change = action switch
        {
            QueueAction.Flush => new QueueChange.Flush(),
            QueueAction.Hold => new QueueChange.Stop(now + facts.Transfer.HoldExpiry),
            QueueAction.Release => new QueueChange.Release(),
            QueueAction.Retry => new QueueChange.Retry(facts.Transfer.ExpiryOf),
            QueueAction.Cancel => new QueueChange.Cancel(),
            _ => new QueueChange.Return(ChannelNames.Return, Responses.Cancelled.ToString()),
        };
        int changed = 0;
        foreach (QueueFilter filter in filters)
            changed += await facts.Store.Queue.ChangeAsync(filter, change, now, cancellationToken);
        return Results.Ok(new QueueChangeReport(changed));
    }

    public async Task<IResult> InjectAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = facts.MaxMessageOctets + MaxEnvelopeOctets;
        try
        {
            return await facts.Injection.RunAsync(request.Body, facts.MaxMessageOctets, cancellationToken) switch
            {
                InjectResult.Queued queued => Results.Ok(new InjectReport(queued.Id.ToString())),
                InjectResult.Unreadable wrong => Refused($"line {wrong.Line}: {wrong.Reason}"),
                InjectResult.Refused refused => Results.Conflict(new ErrorReport(refused.Reply.ToString())),
                _ => throw new InvalidOperationException("a kind of result that nobody knows"),
            };
        }
        catch (BadHttpRequestException broken)
        {
            return Results.Json(new ErrorReport(broken.StatusCode == StatusCodes.Status413PayloadTooLarge ? Responses.MessageTooLarge.ToString() : broken.Message), statusCode: broken.StatusCode);
        }
    }

    private bool TryFilters(QueueParameters asked, out List<QueueFilter> filters, out IResult refusal)
    {
        filters = [];
        refusal = Results.Empty;
        QueueQuery query = asked.Query;
        string? to = MailAddress.TryDomainKey(query.To ?? "", out string key) ? key : null;
        var filter = new QueueFilter(Channel: query.Channel, Destination: to) { IsStopped = query.IsStopped ? true : null };
        if (!TryDomain(query.Domain, out EntryId? domain))
            refusal = UnknownDomain(query.Domain);
        else if (query.To is { } destination && to is null)
            refusal = Refused($"'{destination}' is no name of a domain");
        else if (query.User is { } name && AccountRequests.Find(facts.Live.Current, name) is null)
            refusal = NotFound($"'{name}' is no user here (uid@domain, or an address of the user)");
        else if (query.Address is { } text && !MailAddress.TryParse(text, out MailAddress _))
            refusal = Refused($"'{text}' is not a mail address (local@domain)");
        else if (query.Ids.FirstOrDefault(static id => !IsId(id)) is { } wrong)
            refusal = Refused($"'{wrong}' is neither a queue number nor the id of a message; `dirmail queue list` shows them");
        else
        {
            filter = filter with { Domain = domain };
            if (query.User is { } user && AccountRequests.Find(facts.Live.Current, user) is { } found)
                filter = filter with { Owner = found.Id, Addresses = [facts.Live.Current.NameOf(found.Id) ?? user, .. found.Addresses.Select(static address => address.ToString())] };
            if (query.Address is { } address)
                filter = filter with { Addresses = filter.Addresses is null ? [address] : [.. filter.Addresses.Where(one => one.Equals(address, StringComparison.OrdinalIgnoreCase))] };
            filters = query.Ids.Count == 0 ? [filter] : [.. query.Ids.Select(id => AcceptanceId.TryParse(id, out AcceptanceId acceptance)
                ? filter with { Acceptance = acceptance } : filter with { Message = new QueueId(long.Parse(id, System.Globalization.CultureInfo.InvariantCulture)) })];
        }
        return filters.Count > 0;
    }

    private static bool IsId(string id) =>
        AcceptanceId.TryParse(id, out _) || long.TryParse(id, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out _);

    private bool TryDomain(string? name, out EntryId? domain)
    {
        domain = name is not null && MailAddress.TryDomainKey(name, out string key) ? facts.Live.Current.FindDomain(key)?.Id : null;
        return name is null || domain is not null;
    }

    private static IResult UnknownDomain(string? name) => NotFound($"'{name}' is not a hosted domain; `dirmail domain list` shows them");

    private static IResult NotFound(string error) => Results.NotFound(new ErrorReport(error));

    private static IResult Refused(string error) => Results.BadRequest(new ErrorReport(error));
}

/// <summary>A <see cref="QueueQuery"/> as parameters of a request.</summary>
internal sealed class QueueParameters
{
    [FromQuery]
    public string? Domain { get; init; }

    [FromQuery]
    public string? To { get; init; }

    [FromQuery]
    public string? User { get; init; }

    [FromQuery]
    public string? Address { get; init; }

    [FromQuery]
    public string? Channel { get; init; }

    [FromQuery]
    public bool? Stopped { get; init; }

    [FromQuery]
    public string[]? Id { get; init; }

    public QueueQuery Query => new() { Domain = Domain, To = To, User = User, Address = Address, Channel = Channel, IsStopped = Stopped == true, Ids = Id ?? [] };
}

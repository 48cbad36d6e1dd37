using System.Diagnostics;
using System.Net;
using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Transfer;

/// <summary>One attempt from its row to its commit.</summary>
internal sealed class Delivering(TransferServices services, IReadOnlyDictionary<string, IChannel> channels, HostPlaces places)
{
    /// <summary>How long an end waits that the store did not take.</summary>
    internal static readonly TimeSpan BetweenWrites = TimeSpan.FromSeconds(10);

    private static readonly Attempt Moved = new(new Outcome.Delivered("", "resolved again")) { SendOn = true };

    private readonly Reports _reports = new(services);

    /// <summary>
    /// Attempts the row and writes the end in one commit, again and again until the store takes it: what was delivered is not sent once more because a disk is full. Meanwhile the row keeps its
    /// slot, so a store that takes nothing soon ends all deliveries, and each of them can be doubled by nothing but the end of the process.
    /// One of the two places that catch: a bug in a channel defers the row, and the process lives. Cancelled, the attempt counts as not made.
    /// </summary>
    public async Task<Ran> RunAsync(QueueRow loaded, CancellationToken cancellationToken)
    {
        using Activity? span = Metrics.Source.StartActivity("deliver");
        span?.SetTag("channel", loaded.Message.Channel);
        long started = services.Clock.GetTimestamp();
        Metrics.AttemptStarted();
        bool isMade = true;
        try
        {
            if (await AttemptAsync(loaded, cancellationToken) is not var (row, attempts))
                return Ran.ToItsEnd;
            if (attempts[0].FullHost is { } full)
            {
                isMade = false;
                return new(false, full);
            }
            AttemptEnd end = AttemptEnd.Of(row, attempts, services.Settings, services.Clock.GetUtcNow(), (Random.Shared.NextDouble() * 2) - 1);
            while (!await TryWriteAsync(row, attempts, end))
                await Task.Delay(BetweenWrites, services.Clock, cancellationToken);
            return Ran.ToItsEnd;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Ran.ToItsEnd;
        }
        catch (Exception failure)
        {
            Log.AttemptWithoutEnd(services.Logger, failure, loaded.Id);
            return new(false);
        }
        finally
        {
            Metrics.AttemptEnded(loaded.Message.Channel, isMade ? services.Clock.GetElapsedTime(started) : null);
        }
    }

    /// <summary>What was attempted, and how it ended; null: nobody waits for an attempt any more (cancelled, or kept here, since the row was loaded).</summary>
    private async Task<(QueueRow, IReadOnlyList<Attempt>)?> AttemptAsync(QueueRow loaded, CancellationToken cancellationToken)
    {
        var table = services.Live.Current;
        QueueRecipientRow[] stopped = [.. loaded.Recipients.Where(static recipient => recipient.Stopped is not null)];
        if (stopped.Length > 0)
            return All(loaded with { Recipients = stopped }, Responses.StoppedTooLong);
        if (Standing.Of(table, loaded.Message.Domain, loaded.Message.Channel) is Standing.Wait && loaded.HeldBy(services.Clock.GetUtcNow()) >= services.Settings.HoldExpiry)
            return All(loaded, Responses.HeldTooLong);
        if (loaded.Message.Wishes.IsTooLate(services.Clock.GetUtcNow()))
            return All(loaded, Responses.TooLate);
        if (!channels.TryGetValue(loaded.Message.Channel, out IChannel? channel))
        {
            Log.NoSuchChannel(services.Logger, loaded.Message.Channel, loaded.Id);
            return All(loaded, new Outcome.Deferred(new(4, 3, 5), "no such channel is set up here"));
        }
        try
        {
            if (await services.Store.Queue.OpenDueAsync(loaded, cancellationToken) is not var (row, content))
                return null;
            loaded = row;
            bool[] moved = [.. row.Recipients.Select(recipient => Standing.HasMoved(table, row.Message, recipient.Recipient.Final))];
            QueueRow leaving = row with { Message = row.Message with { Identity = Standing.Identity(table, row.Message) }, Recipients = [.. row.Recipients.Where((_, at) => !moved[at])] };
            IReadOnlyList<Attempt> attempts = leaving.Recipients.Count == 0 ? []
                : await channel.DeliverAsync(new Delivery(leaving, content) { TryEnter = host => places.TryEnter(row, host) }, cancellationToken);
            if (attempts is [{ FullHost: not null }, ..])
                return (row, attempts);
            if (attempts.Count == leaving.Recipients.Count)
                return (row, Joined(attempts, moved));
            Log.ChannelMiscounted(services.Logger, channel.Name, row.Id);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            Log.ChannelFailed(services.Logger, failure, channel.Name, loaded.Id);
        }
        return All(loaded, new Outcome.Deferred(new(4, 3, 0), "internal error"));
    }

    /// <summary>One for each recipient, in their order.</summary>
    private static IReadOnlyList<Attempt> Joined(IReadOnlyList<Attempt> attempts, bool[] moved)
    {
        if (!moved.Contains(true))
            return attempts;
        int next = 0;
        return [.. moved.Select(hasMoved => hasMoved ? Moved : attempts[next++])];
    }

    private async Task<bool> TryWriteAsync(QueueRow row, IReadOnlyList<Attempt> attempts, AttemptEnd end)
    {
        try
        {
            if (await WriteAsync(row, attempts, end))
                return true;
            Log.StoreFailing(services.Logger, row.Id, BetweenWrites);
        }
        catch (Exception failure)
        {
            Log.EndNotWritten(services.Logger, failure, row.Id, BetweenWrites);
        }
        return false;
    }

    /// <summary>What happened is written even while the server stops. False: the store is failing.</summary>
    private async Task<bool> WriteAsync(QueueRow row, IReadOnlyList<Attempt> attempts, AttemptEnd end)
    {
        List<Acceptance> created = [];
        if (end.Tell.Count > 0 && _reports.ToTell(row) is { } to)
        {
            if (await _reports.ReportAsync(row, end.Tell, to, CancellationToken.None) is not { } report)
                return false;
            created.Add(report);
        }
        else if (end.Tell.Count > 0)
            Log.NobodyToTell(services.Logger, row.Id);
        QueuedRecipient[] sentOn = [.. attempts.Index().Where(static a => a.Item.SendOn).Select(a => row.Recipients[a.Index].Recipient)];
        if (sentOn.Length > 0)
        {
            if (await _reports.SendOnAsync(row, sentOn, CancellationToken.None) is not { } onward)
                return false;
            created.Add(onward);
        }
        foreach (AutomaticReply reply in attempts.Select(static attempt => attempt.Reply).OfType<AutomaticReply>())
        {
            if (await _reports.AnswerAsync(reply, CancellationToken.None) is not { } answer)
                return false;
            created.Add(answer);
        }
        bool isWritten = await services.Store.CompleteAsync(new AttemptResult(row.Id, end.Results) { Created = created }, CancellationToken.None);
        if (isWritten)
            Tell(row, end);
        return isWritten;
    }

    private void Tell(QueueRow row, AttemptEnd end)
    {
        for (int i = 0; i < end.Results.Count; i++)
        {
            (Outcome outcome, string recipient) = (end.Results[i].Outcome, row.Recipients[i].Recipient.Final.ToString());
            Metrics.Attempted(row.Message.Channel, outcome);
            services.Trail.Attempted(row.Acceptance, recipient, row.Message.Channel, Text(outcome));
            if (outcome is not Outcome.Deferred)
                services.Trail.Finished(row.Acceptance, recipient, Metrics.Name(outcome));
        }
    }

    private static string Text(Outcome outcome) => outcome switch
    {
        Outcome.Delivered delivered => $"delivered {delivered.Remote} {delivered.Reason}",
        Outcome.Deferred deferred => $"deferred {deferred.Status} {deferred.Reason}",
        Outcome.Failed failed => $"failed {failed.Status} {failed.Reason}",
        _ => "",
    };

    private static (QueueRow, IReadOnlyList<Attempt>) All(QueueRow row, Outcome outcome) => (row, [.. row.Recipients.Select(_ => new Attempt(outcome))]);
}

/// <summary>How far an attempt came.</summary>
/// <param name="IsEnded">False: it has no end that could be written, and the row must rest before it is attempted again.</param>
/// <param name="FullHost">It was not made, since that host has no place.</param>
internal readonly record struct Ran(bool IsEnded, IPEndPoint? FullHost = null)
{
    public static readonly Ran ToItsEnd = new(true);
}

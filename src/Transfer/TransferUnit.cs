using System.Collections.ObjectModel;
using System.Diagnostics;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Store;

namespace DirMail.Transfer;

/// <summary>
/// Takes complete messages: trace headers as a prefix beside the untouched original, groups and forwards expanded into hops, and one commit that holds
/// local entries and queue rows. The recipients' decision is taken again inside the commit with the newest table (RESPONSES, "At the dot").
/// </summary>
public sealed class TransferUnit(TransferServices services)
{
    /// <summary>Returns after the commit is on disk. Never throws for content, recipients or a failing store.</summary>
    public async Task<AcceptResult> AcceptAsync(Submission submission, CancellationToken cancellationToken)
    {
        using Activity? span = Metrics.Source.StartActivity("accept");
        long octets = submission.Content.Octets;
        AcceptResult result = await TakeAsync(submission, octets, cancellationToken);
        Metrics.Accepted(result is AcceptResult.Accepted, octets);
        if (result is AcceptResult.Refused refused)
            services.Trail.Refused(submission.Origin.Protocol, "message", submission.Origin.Client?.ToString() ?? "local", refused.Reply.ToString());
        span?.SetTag("accepted", result is AcceptResult.Accepted);
        return result;
    }

    private async Task<AcceptResult> TakeAsync(Submission submission, long octets, CancellationToken cancellationToken)
    {
        if (submission.Content.Structure.ReceivedCount > services.Settings.MaxReceived)
        {
            await submission.Content.DisposeAsync();
            return new AcceptResult.Refused(Responses.TooManyHops);
        }
        Acceptance acceptance = Prepare(submission);
        switch (await services.Store.CommitAsync(acceptance, cancellationToken))
        {
            case CommitResult.Stored stored:
                if (stored.NotTaken is null || stored.Local + stored.Queued > 0)
                    services.Trail.Accepted(acceptance.Id, submission.Envelope.Sender?.ToString() ?? "",
                        submission.Origin.Client?.ToString() ?? "local", octets, stored.Local, stored.Queued);
                return new AcceptResult.Accepted(acceptance.Id) { NotTaken = stored.NotTaken ?? ReadOnlyDictionary<MailAddress, Reply>.Empty };
            case CommitResult.Refused refused:
                return new AcceptResult.Refused(refused.Reply);
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>The plan is made here, and again by the commit only when a newer table has come in between.</summary>
    internal Acceptance Prepare(Submission submission)
    {
        DateTimeOffset now = services.Clock.GetUtcNow();
        AcceptanceId id = submission.Id ?? AcceptanceId.Next(services.Clock);
        var planner = new Planner(submission, id, now, services.Settings, services.Logger);
        RoutingTable table = services.Live.Current;
        DeliveryPlan plan = planner.Decide(table);
        return new Acceptance(id, submission.Content, () => services.Live.Current is { } newest && newest.Number != table.Number ? planner.Decide(newest) : plan)
        {
            Sender = submission.Envelope.Sender,
            Received = now,
        };
    }
}

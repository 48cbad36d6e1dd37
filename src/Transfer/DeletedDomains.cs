using DirMail.Mail;
using DirMail.Routing;
using DirMail.Store;

namespace DirMail.Transfer;

/// <summary>
/// Ends the queue of a domain that was deleted: nobody there can be told, so the site's postmaster gets one digest for all of it (RESPONSES, Outgoing). The digest is in the first
/// commit, and the lane notes what it spoke of: a crash between commits tells nothing twice and loses nothing.
/// </summary>
internal sealed class DeletedDomains(TransferServices services)
{
    /// <summary>Slices removed before others have their turn.</summary>
    private const int SlicesATime = 10;

    /// <summary>True: something is left. No row of the lane may be under way.</summary>
    public async Task<bool> ClearAsync(QueueLane lane, CancellationToken cancellationToken)
    {
        LaneContents contents = await services.Store.Queue.ContentsAsync(lane.Domain, lane.Channel, cancellationToken);
        var end = new LaneEnd(lane.Domain, lane.Channel, contents.Messages > 0 ? contents.Last : contents.Told);
        if (contents.Messages > 0)
            end = end with { Created = await DigestAsync(lane, contents, cancellationToken) };
        for (int slice = 0; slice < SlicesATime; slice++)
        {
            int removed = await services.Store.ClearAsync(end, CancellationToken.None) ?? throw new IOException("the store did not take the end of a deleted domain's queue");
            if (removed == 0)
                return false;
            end = end with { Created = null };
        }
        return true;
    }

    private async Task<Acceptance?> DigestAsync(QueueLane lane, LaneContents contents, CancellationToken cancellationToken)
    {
        RoutingTable table = services.Live.Current;
        IReadOnlyList<QueueRow> first = await services.Store.Queue.ListAsync(new QueueFilter(lane.Domain, lane.Channel), contents.Told, Digest.MaxListed, cancellationToken);
        string domain = table.FindDomain(lane.Domain)?.Name ?? first.Select(static row => row.Message.Sender?.DomainKey).FirstOrDefault(static name => name is not null) ?? lane.Domain.ToString();
        Log.DomainDeleted(services.Logger, contents.Messages, domain, table.SitePostmaster?.ToString() ?? "nobody");
        if (table.SitePostmaster is not { } postmaster)
            return null;
        var digest = new Digest(domain, contents.Messages, first) { To = postmaster, HostName = table.HostIdentity.HostName, Date = services.Clock.GetUtcNow() };
        await using ContentWriter writer = services.NewContent([postmaster]);
        await writer.WriteAsync(digest.Compose(AcceptanceId.Next(services.Clock)), cancellationToken);
        if (await writer.CompleteAsync(cancellationToken) is not { } content)
            throw new IOException("the store did not take the digest of a deleted domain's queue");
        var envelope = new Envelope { Recipients = [new EnvelopeRecipient(postmaster) { Notify = Notify.Never }] };
        return new TransferUnit(services).Prepare(new Submission(envelope, content,
            new Origin { Protocol = "local", ByHost = table.HostIdentity.HostName, IsTrusted = true, IsAnsweredFor = true }));
    }
}

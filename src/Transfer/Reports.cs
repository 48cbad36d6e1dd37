using System.Text;
using DirMail.Mail;
using DirMail.Mail.Reports;
using DirMail.Routing;
using DirMail.Store;

namespace DirMail.Transfer;

/// <summary>
/// Messages that an attempt creates, ready for its commit: the report to the sender (RFC 3464), and what a waiting row sends on to a group or a forward.
/// </summary>
internal sealed class Reports(TransferServices services)
{
    /// <summary>More of a message is not returned, whatever RET says.</summary>
    private const int MaxReturnedOctets = 1024 * 1024;
    private const int MaxReturnedHeader = 64 * 1024;

    /// <summary>ENVID of a report about a report: when it cannot be delivered, whatever way the postmaster's address leads, there is no third.</summary>
    internal const string AboutReport = "report-about-report";

    private readonly TransferUnit _unit = new(services);

    /// <summary>The sender, of what was forwarded the one who sent it first, or for a message without one the postmaster of the domain whose queue it was in, else the site's; null: there is none.</summary>
    public MailAddress? ToTell(QueueRow row)
    {
        RoutingTable table = services.Live.Current;
        return row.Message.Sender is { } sender ? table.Restored(sender) : (table.FindDomain(row.Message.Domain) is { Status.Status: MailStatus.Active or MailStatus.Inactive } domain
            ? Postmaster(domain.Name) : table.SitePostmaster);
    }

    /// <summary>One report for all recipients it speaks of; null when the disk failed.</summary>
    public async Task<Acceptance?> ReportAsync(QueueRow row, IReadOnlyList<Told> tell, MailAddress to, CancellationToken cancellationToken)
    {
        RoutingTable table = services.Live.Current;
        VirtualDomain? domain = table.FindDomain(tell[0].Recipient.Recipient.Final.DomainKey) ?? table.FindDomain(row.Message.Domain);
        SenderIdentity identity = domain is null ? table.HostIdentity : table.IdentityOf(domain);
        byte[] report = new DeliveryReport
        {
            ReportingMta = identity.HostName,
            From = domain?.ReportAddress ?? Postmaster(domain?.Name ?? table.HostIdentity.HostName),
            To = to,
            MessageId = $"{AcceptanceId.Next(services.Clock)}@{identity.HostName}",
            Date = services.Clock.GetUtcNow(),
            Arrival = row.Arrived,
            EnvelopeId = row.Message.EnvelopeId,
            Recipients = [.. tell.Select(told => Reported(row, told, services.Clock.GetUtcNow()))],
            Original = await OriginalAsync(row, cancellationToken),
            Returned = IsReturnedInFull(row) ? ReturnContent.Full : ReturnContent.Headers,
        }.Compose();
        await using ContentWriter writer = services.NewContent([to]);
        await writer.WriteAsync(report, cancellationToken);
        if (await writer.CompleteAsync(cancellationToken) is not { } content)
            return null;
        Metrics.Reported();
        var envelope = new Envelope { EnvelopeId = row.Message.Sender is null ? AboutReport : null, Recipients = [new EnvelopeRecipient(to) { Notify = Notify.Never }], Body = BodyType.EightBitMime, Wishes = DeliveryWishes.None with { RequireTls = row.Message.Wishes.RequireTls } };
        return _unit.Prepare(new Submission(envelope, content, new Origin { Protocol = "local", ByHost = identity.HostName, IsTrusted = true, Domain = domain?.Id, IsAnsweredFor = true }));
    }

    /// <summary>The waiting message once more, for recipients who are to be resolved anew; null when the disk failed. It stays the same acceptance: no mailbox gets it twice.</summary>
    public async Task<Acceptance?> SendOnAsync(QueueRow row, IReadOnlyList<QueuedRecipient> recipients, CancellationToken cancellationToken)
    {
        MessageContent original = await services.Store.Queue.OpenAsync(row.Id, cancellationToken);
        await using ContentWriter writer = services.NewContent(recipients.Select(static recipient => recipient.Final));
        // our own Return-Path, Delivered-To and mark are made anew, the trace is kept
        string mark = JunkMark.Lines(row.Message.Prefix.Span);
        long offset = Trace.OwnLineOctets(row.Message.Prefix.Span) + mark.Length;
        var buffer = new byte[64 * 1024];
        while (await original.ReadAsync(offset, buffer, cancellationToken) is var octets and > 0)
        {
            await writer.WriteAsync(buffer.AsMemory(0, octets), cancellationToken);
            offset += octets;
        }
        if (await writer.CompleteAsync(cancellationToken) is not { } content)
            return null;
        Envelope envelope = QueuedEnvelope.Of(row.Message with { Wishes = row.Message.Wishes with { NotBefore = null } }, recipients);
        return _unit.Prepare(new Submission(envelope, content, OriginOf(row)) { Id = row.Acceptance, Fields = mark });
    }

    /// <summary>An automatic reply, once for each sender where it says so; null when the disk failed.</summary>
    public async Task<Acceptance?> AnswerAsync(AutomaticReply reply, CancellationToken cancellationToken)
    {
        RoutingTable table = services.Live.Current;
        await using ContentWriter writer = services.NewContent([reply.To]);
        await writer.WriteAsync(reply.Message, cancellationToken);
        if (await writer.CompleteAsync(cancellationToken) is not { } content)
            return null;
        var envelope = new Envelope { EnvelopeId = AutomaticReply.EnvelopeId, Recipients = [new EnvelopeRecipient(reply.To) { Notify = Notify.Never }] };
        if (!Ascii.IsValid(reply.Message.Span))
            envelope = envelope with { Body = BodyType.EightBitMime };
        string host = table.FindUser(reply.User) is { } user ? table.IdentityOf(user).HostName : table.HostIdentity.HostName;
        Acceptance answer = _unit.Prepare(new Submission(envelope, content, new Origin { Protocol = "local", ByHost = host, User = reply.User, IsAnsweredFor = true }));
        return reply.OncePer is { } time ? answer with { Once = new("autoreply", $"{reply.User.Value:N} {reply.To.Key}{(reply.Handle is { } handle ? " " + handle : "")}", services.Clock.GetUtcNow() + time) } : answer;
    }

    /// <summary>A row to be resolved again notes whose mail it is (<see cref="QueuePlan"/>); what waited for a mailbox here came from outside or is as good as that.</summary>
    private Origin OriginOf(QueueRow row)
    {
        RoutingTable table = services.Live.Current;
        var origin = new Origin { Protocol = "local", ByHost = table.HostIdentity.HostName, IsAnsweredFor = true };
        OutgoingIdentity noted = row.Message.Identity;
        if (row.Message.Channel != ChannelNames.Reprocess || noted == QueuePlan.Nobody)
            return origin;
        return noted.Owner is { } owner ? origin with { Kept = table.CurrentIdentity(owner) } : origin with { IsTrusted = true };
    }

    private static ReportedRecipient Reported(QueueRow row, Told told, DateTimeOffset now)
    {
        QueuedRecipient recipient = told.Recipient.Recipient;
        bool here = ChannelNames.IsHere(row.Message.Channel);
        ReportedRecipient reported = told.Outcome switch
        {
            Outcome.Delivered delivered => new(recipient.Final, delivered.IsExpanded ? ReportAction.Expanded : here ? ReportAction.Delivered : ReportAction.Relayed, new(2, 0, 0), delivered.Reason),
            Outcome.Failed failed => new(recipient.Final, ReportAction.Failed, failed.Status, failed.Reason),
            Outcome.Deferred deferred => new(recipient.Final, ReportAction.Delayed, deferred.Status, deferred.Reason) { RetryUntil = row.Message.Expires },
            _ => throw new InvalidOperationException("an outcome that nobody reports"),
        };
        return reported with { Original = recipient.OriginalRecipient, Remote = told.Outcome.Said, LastAttempt = here ? null : now };
    }

    /// <summary>Neither what the report could not carry, nor what shall be seen by nobody on the way (RFC 8689 5).</summary>
    private static bool IsReturnedInFull(QueueRow row) => row.Message is { Return: ReturnContent.Full, Body: not BodyType.BinaryMime, Wishes.RequireTls: false } && row.Octets <= MaxReturnedOctets;

    private async Task<ReadOnlyMemory<byte>> OriginalAsync(QueueRow row, CancellationToken cancellationToken)
    {
        MessageContent content = await services.Store.Queue.OpenAsync(row.Id, cancellationToken);
        bool full = IsReturnedInFull(row);
        var octets = new byte[(int)Math.Min(content.Octets, full ? MaxReturnedOctets : MaxReturnedHeader)];
        int length = 0;
        while (length < octets.Length && await content.ReadAsync(length, octets.AsMemory(length), cancellationToken) is var read and > 0)
            length += read;
        int end = full ? -1 : octets.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
        return octets.AsMemory(0, end < 0 ? length : end + 2);
    }

    private static MailAddress Postmaster(string host) =>
        MailAddress.TryParse("postmaster@" + host, out MailAddress address) ? address : MailAddress.Parse("postmaster@localhost");
}

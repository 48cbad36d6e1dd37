using DirMail.Mail;
using DirMail.Store;
using DirMail.Transfer;

namespace DirMail.Channels.Expanded;

/// <summary>A group or an alias of several whose poster wants to hear of success: its only attempt succeeds as the row's reason says, and the report leaves in the commit that removes it.</summary>
public sealed class ExpandedChannel : IChannel
{
    public string Name => ChannelNames.Expanded;

    public Task<IReadOnlyList<Attempt>> DeliverAsync(Delivery delivery, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Attempt>>([.. delivery.Row.Recipients.Select(static row => new Attempt(Success(row)))]);

    private static Outcome.Delivered Success(QueueRecipientRow row) =>
        row.Recipient.Reason == Responses.ListHasIt.Reason ? Responses.ListHasIt : Responses.SentToMembers;
}

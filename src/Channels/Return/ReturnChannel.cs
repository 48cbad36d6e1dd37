using DirMail.Mail;
using DirMail.Store;
using DirMail.Transfer;

namespace DirMail.Channels.Return;

/// <summary>What was accepted and turned out undeliverable: its only attempt fails with the reason in the row, and the report leaves in the commit that removes it.</summary>
public sealed class ReturnChannel : IChannel
{
    public string Name => ChannelNames.Return;

    public Task<IReadOnlyList<Attempt>> DeliverAsync(Delivery delivery, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Attempt>>([.. delivery.Row.Recipients.Select(static row => new Attempt(Failure(row)))]);

    /// <summary>The reason is a reply's text: "550 5.1.1 no such mailbox here".</summary>
    private static Outcome.Failed Failure(QueueRecipientRow row)
    {
        string reason = row.Recipient.Reason ?? row.LastReason ?? "undeliverable";
        string[] words = reason.Split(' ', 3);
        return words.Length == 3 && EnhancedStatus.TryParse(words[1], out EnhancedStatus status)
            ? new(status with { Class = 5 }, words[2])
            : new(new(5, 0, 0), reason);
    }
}

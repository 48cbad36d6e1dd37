using DirMail.Routing;
using DirMail.Transfer;

namespace DirMail.Channels.Local;

/// <summary>
/// Mail that waits for a recipient here: resolved again from its final address at each attempt, and put into the mailbox by the commit that removes the row.
/// </summary>
public sealed class LocalChannel(LiveTable live) : IChannel
{
    public string Name => ChannelNames.Local;

    public Task<IReadOnlyList<Attempt>> DeliverAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        RoutingTable table = live.Current;
        return Task.FromResult<IReadOnlyList<Attempt>>([.. delivery.Row.Recipients.Select(row => FinalAddress.Decide(table, delivery.Row.Message, row.Recipient))]);
    }
}

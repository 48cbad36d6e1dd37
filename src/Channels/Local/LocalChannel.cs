using DirMail.Routing;
using DirMail.Transfer;
using Microsoft.Extensions.Logging;

namespace DirMail.Channels.Local;

/// <summary>
/// Mail that waits for a recipient here: resolved again from its final address at each attempt, and put into the mailbox by the commit that removes the row.
/// </summary>
public sealed class LocalChannel(LiveTable live, ILogger logger) : IChannel
{
    public string Name => ChannelNames.Local;

    public async Task<IReadOnlyList<Attempt>> DeliverAsync(Delivery delivery, CancellationToken cancellationToken) => await FinalAddress.DecideAsync(live.Current, delivery, logger, cancellationToken);
}

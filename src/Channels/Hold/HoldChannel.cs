using DirMail.Channels.Local;
using DirMail.Routing;
using DirMail.Transfer;
using Microsoft.Extensions.Logging;

namespace DirMail.Channels.Hold;

/// <summary>
/// Mail for what is on hold: taken with 250, and kept until the state of its recipient changes. Then it goes into the mailbox as waiting mail does, one message after another
/// in the order in which it came. It is not attempted in between: its rows are due when they are released, or at the end of their time.
/// </summary>
public sealed class HoldChannel(LiveTable live, ILogger logger) : IChannel
{
    public string Name => ChannelNames.Hold;

    public async Task<IReadOnlyList<Attempt>> DeliverAsync(Delivery delivery, CancellationToken cancellationToken) =>
        [.. (await FinalAddress.DecideAsync(live.Current, delivery, logger, cancellationToken)).Select(static attempt => attempt with { IsUntilReleased = true })];
}

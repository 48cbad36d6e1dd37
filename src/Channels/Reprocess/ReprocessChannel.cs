using DirMail.Mail;
using DirMail.Routing;
using DirMail.Transfer;

namespace DirMail.Channels.Reprocess;

/// <summary>
/// Mail whose recipients are resolved again later: entries that ask for it (mailDeferProcessing), and what this machine's own programs sent while no table was in force.
/// The message is accepted anew by the newest table, in the commit that removes the row. It is expanded to its ends then: nothing comes back to this channel, so no loop can form.
/// </summary>
public sealed class ReprocessChannel(LiveTable live) : IChannel
{
    private static readonly Attempt Again = new(new Outcome.Delivered("", "resolved")) { SendOn = true };
    private static readonly Attempt Later = new(new Outcome.Deferred(Responses.DirectoryNeverLoaded.Status!.Value, Responses.DirectoryNeverLoaded.Text));

    public string Name => ChannelNames.Reprocess;

    public Task<IReadOnlyList<Attempt>> DeliverAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        Attempt attempt = live.Current.IsInForce ? Again : Later;
        return Task.FromResult<IReadOnlyList<Attempt>>([.. delivery.Row.Recipients.Select(_ => attempt)]);
    }
}

using System.Net;
using System.Threading.Channels;
using DirMail.Routing;
using DirMail.Wire;

namespace DirMail.Serve;

/// <summary>
/// Finds the virtual addresses of domains that have a virtual host name and list none (setting <c>directory.resolveVirtualHostName</c>): those of the name's A and AAAA records that can be
/// bound here. Asked when a table brings such a name, and every minute: the DNS client answers from memory for as long as a record may be remembered. Without an answer what was known stays.
/// </summary>
internal sealed class HostNameAddresses : IAsyncDisposable
{
    private const int AtOnce = 16;
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(1);

    private readonly LiveTable _live;
    private readonly IDnsClient _dns;
    private readonly TimeProvider _clock;
    private readonly Func<IPAddress, bool> _isHere;
    private readonly Channel<bool> _wakes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<string> _asked = [];
    private readonly Task _working;

    /// <param name="isHere">Whether an address can be bound on this host.</param>
    public HostNameAddresses(LiveTable live, IDnsClient dns, TimeProvider clock, Func<IPAddress, bool> isHere)
    {
        (_live, _dns, _clock, _isHere) = (live, dns, clock, isHere);
        live.Changed += Wake;
        _working = Task.Run(WorkAsync);
    }

    public async ValueTask DisposeAsync()
    {
        _live.Changed -= Wake;
        await _stop.CancelAsync();
        await _working;
        _stop.Dispose();
    }

    private void Wake(TableChanged change) => _wakes.Writer.TryWrite(true);

    private async Task WorkAsync()
    {
        using var minute = new PeriodicTimer(Again, _clock);
        Task tick = minute.WaitForNextTickAsync(_stop.Token).AsTask(), wake = _wakes.Reader.ReadAsync(_stop.Token).AsTask();
        try
        {
            await ResolveAsync([.. _live.Current.NamesToResolve]);
            while (true)
                if (await Task.WhenAny(tick, wake) == tick)
                {
                    await tick;
                    tick = minute.WaitForNextTickAsync(_stop.Token).AsTask();
                    _asked.Clear();
                    await ResolveAsync([.. _live.Current.NamesToResolve]);
                }
                else
                {
                    await wake;
                    wake = _wakes.Reader.ReadAsync(_stop.Token).AsTask();
                    await ResolveAsync([.. _live.Current.NamesToResolve.Where(name => !_asked.Contains(name))]);
                }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // stopped
        }
    }

    private async Task ResolveAsync(IReadOnlyList<string> names)
    {
        _asked.UnionWith(names);
        await Parallel.ForEachAsync(names, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = _stop.Token }, async (name, stop) =>
        {
            AddressAnswer answer = await _dns.AddressesAsync(name, stop);
            if (answer.Status != DnsStatus.Unavailable)
                _live.Resolved(name, [.. answer.Addresses.Where(_isHere)]);
        });
    }
}

using System.Net;
using System.Net.NetworkInformation;
using DirMail.Channels.Smtp;
using DirMail.Mail;
using DirMail.Store;
using Microsoft.Extensions.Logging;

namespace DirMail.Serve;

/// <summary>
/// When the addresses of the host change, mail that waits for a source address which is here now is due at once. A change that no event tells of costs nothing but time: the retry
/// schedule asks bind() again.
/// </summary>
internal sealed class AddressWatch : IAsyncDisposable
{
    /// <summary>As the row keeps it.</summary>
    private static readonly string Waiting = $"{Responses.SourceAddressNotHere.Status} {Responses.SourceAddressNotHere.Reason}";

    private readonly MissingSources _missing;
    private readonly MessageStore _store;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _looking = new(1, 1);

    public AddressWatch(MissingSources missing, MessageStore store, ILogger logger)
    {
        (_missing, _store, _logger) = (missing, store, logger);
        NetworkChange.NetworkAddressChanged += Changed;
    }

    public async ValueTask DisposeAsync()
    {
        NetworkChange.NetworkAddressChanged -= Changed;
        await _looking.WaitAsync();
        _looking.Dispose();
    }

    private void Changed(object? sender, EventArgs change) => _ = Task.Run(LookAsync);

    private async Task LookAsync()
    {
        try
        {
            await _looking.WaitAsync();
            try
            {
                foreach (IPAddress address in _missing.TakeFound(VirtualAddresses.Problem))
                    await _store.Queue.ChangeAsync(new QueueFilter { Source = address, LastReason = Waiting }, new QueueChange.Flush(), DateTimeOffset.UtcNow, CancellationToken.None);
            }
            finally
            {
                _looking.Release();
            }
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException or InvalidOperationException)
        {
            Log.AddressesNotLookedAt(_logger, failure);
        }
    }
}

using System.Net;
using DirMail.Wire;
using Microsoft.Extensions.Logging;

namespace DirMail.Servers.Smtp.Checks;

/// <summary>
/// What one SMTP session has to do with one milter (protocol 6). Its connection is opened for the first recipient whose domain wants milters, and kept for further messages of the session.
/// Client, HELO and sender are told then, once each, and what it says against them is the answer to the recipients, as with our own checks: a session that never comes to a recipient costs nothing,
/// the refusal leaves a line with sender and recipient, and a domain that does without milters is not reached by their refusals.
/// Not answered in time, or not by the protocol, it counts as the setting says for the rest of the message, and is tried again for the next.
/// </summary>
internal sealed class Milter(EndPoint address, CheckSettings settings, ILogger logger) : IAsyncDisposable
{
    private const MilterActions Offered = MilterActions.AddHeaders | MilterActions.ChangeHeaders | MilterActions.AddRecipients | MilterActions.DeleteRecipients | MilterActions.Quarantine;

    private MilterDialogue? _dialogue;
    private SmtpTransaction? _transaction;

    /// <summary>What the client called itself, and its TLS then.</summary>
    private (string Name, string? Tls)? _hello;

    /// <summary>What it wants done with the client, whatever it sends: it is asked no more. Null: it wants to hear more.</summary>
    private FilterVerdict? _ofClient;

    /// <summary>What it wants done with the transaction's message, or what its failure counts as; null: it wants to hear more.</summary>
    private FilterVerdict? _ofMessage;

    public ValueTask DisposeAsync() => CloseAsync();

    /// <summary>Null: this recipient may be taken. One that is refused is no part of the message.</summary>
    public Task<FilterVerdict?> RecipientAsync(FilteredClient client, SmtpTransaction transaction, FilteredRecipient recipient) => WithinTimeAsync(async stop =>
    {
        await BeginAsync(client, transaction, stop);
        if (_ofMessage is not null)
            return _ofMessage;
        FilterVerdict? verdict = await _dialogue!.RecipientAsync(recipient, stop);
        // a refusal is for him alone, all else for the message (libmilter: xxfi_envrcpt)
        if (verdict is { Refusal: null })
            _ofMessage = verdict;
        return verdict;
    });

    /// <summary>At the dot, with the recipients that it has heard of.</summary>
    public async Task<FilterVerdict> MessageAsync(FilteredClient client, SmtpTransaction transaction, FilteredMessage message) => await WithinTimeAsync(async stop =>
    {
        await BeginAsync(client, transaction, stop);
        return _ofMessage ?? await _dialogue!.MessageAsync(message.Content, stop);
    }) ?? FilterVerdict.Nothing;

    /// <summary>One that is kept may have left between two messages, and is opened anew.</summary>
    private async Task BeginAsync(FilteredClient client, SmtpTransaction transaction, CancellationToken stop)
    {
        if (_transaction == transaction)
            return;
        (_transaction, _ofMessage) = (transaction, null);
        bool wasOpen = _dialogue is not null;
        try
        {
            _ofMessage = await EnvelopeAsync(client, transaction, stop);
        }
        catch (IOException) when (wasOpen)
        {
            await CloseAsync();
            _ofMessage = await EnvelopeAsync(client, transaction, stop);
        }
    }

    private async Task<FilterVerdict?> EnvelopeAsync(FilteredClient client, SmtpTransaction transaction, CancellationToken stop)
    {
        if (_ofClient is not null)
            return _ofClient;
        if (_dialogue is null)
        {
            _dialogue = new(await MilterConnection.OpenAsync(address, Offered, stop));
            _ofClient = await _dialogue.ConnectAsync(client, stop);
        }
        if (_ofClient is null && _hello != (client.Helo, client.TlsCipher))
        {
            _ofClient = await _dialogue.HelloAsync(client, stop);
            _hello = (client.Helo, client.TlsCipher);
        }
        if (_ofClient is null)
            return await _dialogue.MailAsync(transaction, stop);
        await CloseAsync();
        return _ofClient;
    }

    private async Task<FilterVerdict?> WithinTimeAsync(Func<CancellationToken, Task<FilterVerdict?>> askAsync)
    {
        using var limit = new CancellationTokenSource(settings.HookTimeout);
        try
        {
            return await askAsync(limit.Token);
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            await CloseAsync();
            return _ofMessage = Filters.Failed($"milter at {address}", fault, settings, logger);
        }
    }

    private async ValueTask CloseAsync()
    {
        if (_dialogue is { } dialogue)
            await dialogue.DisposeAsync();
        (_dialogue, _hello) = (null, null);
    }
}

using DirMail.Mail;
using Microsoft.Extensions.Logging;

namespace DirMail.Servers.Smtp.Checks;

/// <summary>
/// What one SMTP session has to do with milters and rspamd: the milters in their order at RCPT and at the dot, then rspamd. The first that refuses or discards is the last that is asked. One that
/// cannot be asked counts as the setting says.
/// </summary>
internal sealed class Filters(CheckSettings settings, ILogger logger) : IAsyncDisposable
{
    private readonly Milter[] _milters = [.. settings.Milters.Select(address => new Milter(address, settings, logger))];
    private readonly Rspamd? _rspamd = settings.Rspamd is { } worker ? new(worker) : null;

    public async ValueTask DisposeAsync()
    {
        foreach (Milter milter in _milters)
            await milter.DisposeAsync();
    }

    /// <summary>Null: no milter is against the recipient.</summary>
    public async Task<Reply?> RecipientAsync(FilteredClient client, SmtpTransaction transaction, FilteredRecipient recipient)
    {
        foreach (Milter milter in _milters)
            if (await milter.RecipientAsync(client, transaction, recipient) is { } verdict && (verdict.Refusal is not null || verdict.IsDiscarded))
                return verdict.Refusal;
        return null;
    }

    public async Task<FilterVerdict> MessageAsync(FilteredClient client, SmtpTransaction transaction, FilteredMessage message, Check checks)
    {
        FilterVerdict all = FilterVerdict.Nothing;
        foreach (Milter milter in checks.HasFlag(Check.Milter) ? _milters : [])
        {
            all = Join(all, await milter.MessageAsync(client, transaction, message));
            if (all.Refusal is not null || all.IsDiscarded)
                return all;
        }
        return _rspamd is not null && checks.HasFlag(Check.Rspamd) ? Join(all, await AskAsync(_rspamd, client, message)) : all;
    }

    /// <summary>What a filter counts as that cannot be asked.</summary>
    internal static FilterVerdict Failed(string name, Exception fault, CheckSettings settings, ILogger logger)
    {
        Log.FilterFailed(logger, name, fault is OperationCanceledException ? "no answer in time" : fault.Message);
        return settings.HooksFailClosed ? FilterVerdict.Nothing with { Refusal = Responses.FilterDefers } : FilterVerdict.Nothing;
    }

    private async Task<FilterVerdict> AskAsync(Rspamd rspamd, FilteredClient client, FilteredMessage message)
    {
        using var limit = new CancellationTokenSource(settings.HookTimeout);
        try
        {
            return await rspamd.AskAsync(client, message, limit.Token);
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            return Failed(rspamd.ToString(), fault, settings, logger);
        }
    }

    private static FilterVerdict Join(FilterVerdict one, FilterVerdict next) => next with
    {
        IsSuspicious = one.IsSuspicious || next.IsSuspicious,
        Fields = next.Fields + one.Fields,
        Changes = [.. one.Changes, .. next.Changes],
        Added = [.. one.Added, .. next.Added],
        Removed = [.. one.Removed, .. next.Removed],
    };
}

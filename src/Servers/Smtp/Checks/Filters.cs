using DirMail.Mail;
using Microsoft.Extensions.Logging;

namespace DirMail.Servers.Smtp.Checks;

/// <summary>The milters in their order, then rspamd. The first that refuses or discards is the last that is asked. One that cannot be asked counts as the setting says.</summary>
internal sealed class Filters(CheckSettings settings, ILogger logger)
{
    private readonly Milter[] _milters = [.. settings.Milters.Select(static address => new Milter(address))];
    private readonly Rspamd? _rspamd = settings.Rspamd is { } worker ? new(worker) : null;

    public async Task<FilterVerdict> AskAsync(FilteredMessage message, Check checks)
    {
        FilterVerdict all = FilterVerdict.Nothing;
        foreach (Milter milter in checks.HasFlag(Check.Milter) ? _milters : [])
            all = Join(all, await AskAsync(milter.ToString(), stop => milter.AskAsync(message, stop)));
        if (_rspamd is not null && checks.HasFlag(Check.Rspamd) && all is { Refusal: null, IsDiscarded: false })
            all = Join(all, await AskAsync(_rspamd.ToString(), stop => _rspamd.AskAsync(message, stop)));
        return all;
    }

    private async Task<FilterVerdict> AskAsync(string name, Func<CancellationToken, Task<FilterVerdict>> askAsync)
    {
        using var limit = new CancellationTokenSource(settings.HookTimeout);
        try
        {
            return await askAsync(limit.Token);
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            Log.FilterFailed(logger, name, fault is OperationCanceledException ? "no answer in time" : fault.Message);
            return settings.HooksFailClosed ? FilterVerdict.Nothing with { Refusal = Responses.FilterDefers } : FilterVerdict.Nothing;
        }
    }

    private static FilterVerdict Join(FilterVerdict one, FilterVerdict next) => one.Refusal is not null || one.IsDiscarded ? one : next with
    {
        IsSuspicious = one.IsSuspicious || next.IsSuspicious,
        Fields = next.Fields + one.Fields,
        Changes = [.. one.Changes, .. next.Changes],
        Added = [.. one.Added, .. next.Added],
        Removed = [.. one.Removed, .. next.Removed],
    };
}

using System.Collections.Concurrent;
using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Routing.Following;
using Microsoft.Extensions.Logging;

namespace DirMail.Routing.Access;

/// <summary>
/// Connections that are used for binds and nothing else: a bind owns its connection while it lasts and leaves it with the person's rights, so none of them may ever
/// search. As many binds are under way as there are connections; more wait in turn.
/// </summary>
internal sealed class BindConnections(DirectorySettings settings, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PatienceInTurn = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim _slots = new(settings.BindConnections);
    private readonly ConcurrentBag<LdapClient> _idle = [];

    /// <summary>Never throws but for the caller's own cancellation.</summary>
    public async Task<BindOutcome> BindAsync(string dn, string password, CancellationToken cancellationToken)
    {
        if (!await _slots.WaitAsync(PatienceInTurn, cancellationToken))
            return new BindOutcome.Unanswered($"no turn within {PatienceInTurn.TotalSeconds} s");
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        try
        {
            return await BindAsync(dn, password, mayBeStale: true, deadline.Token);
        }
        catch (LdapException failure)
        {
            return new BindOutcome.Unanswered(failure.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new BindOutcome.Unanswered($"no answer within {Patience.TotalSeconds} s");
        }
        finally
        {
            _slots.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (_idle.TryTake(out LdapClient? client))
            await client.DisposeAsync();
    }

    /// <summary>A kept connection may have been closed by the server meanwhile, before or under our bind: then one on a new connection decides.</summary>
    private async Task<BindOutcome> BindAsync(string dn, string password, bool mayBeStale, CancellationToken cancellationToken)
    {
        LdapClient? kept = mayBeStale ? await TakeIdleAsync() : null;
        LdapClient client = kept ?? await DirectoryConnection.OpenAsync(settings, logger, cancellationToken);
        bool isUsable = false;
        try
        {
            LdapResult result = await client.BindAsync(dn, password, cancellationToken);
            isUsable = true;
            return OutcomeOf(result);
        }
        catch (LdapException) when (kept is not null)
        {
        }
        finally
        {
            if (isUsable)
                _idle.Add(client);
            else
                await client.DisposeAsync();
        }
        return await BindAsync(dn, password, mayBeStale: false, cancellationToken);
    }

    private async Task<LdapClient?> TakeIdleAsync()
    {
        while (_idle.TryTake(out LdapClient? client))
        {
            if (!client.Ended.IsCompleted)
                return client;
            await client.DisposeAsync();
        }
        return null;
    }

    /// <summary>Troubles of the directory, and of how we ask it, are no word about the password.</summary>
    private static BindOutcome OutcomeOf(LdapResult result) => result.Code switch
    {
        LdapResultCode.Success => BindOutcome.Accepted.Instance,
        LdapResultCode.Busy or LdapResultCode.Unavailable or LdapResultCode.OperationsError or LdapResultCode.ProtocolError or LdapResultCode.TimeLimitExceeded
            or LdapResultCode.AdminLimitExceeded or LdapResultCode.ConfidentialityRequired or LdapResultCode.StrongerAuthRequired or LdapResultCode.Referral
            => new BindOutcome.Unanswered(result.Describe()),
        _ => new BindOutcome.Refused(result.Describe()),
    };
}

/// <summary>How a bind as a person ended.</summary>
internal abstract record BindOutcome
{
    private BindOutcome() { }

    public sealed record Accepted : BindOutcome
    {
        public static Accepted Instance { get; } = new();
    }

    public sealed record Refused(string Reason) : BindOutcome;

    /// <summary>The directory is not there or not able: nothing is known about the password.</summary>
    public sealed record Unanswered(string Reason) : BindOutcome;
}

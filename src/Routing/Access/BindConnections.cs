using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Routing.Following;
using Microsoft.Extensions.Logging;

namespace DirMail.Routing.Access;

/// <summary>
/// Connections that are used for binds and nothing else: a bind owns its connection while it lasts and leaves it with the person's rights, so none of them may ever
/// search. As many binds are under way as there are connections; more wait in turn (<see cref="BindTurns"/>). A server that gives no answer is left for the next one.
/// </summary>
internal sealed class BindConnections(DirectorySettings settings, TimeProvider clock, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan PatienceInTurn = TimeSpan.FromSeconds(20);

    private readonly BindTurns _turns = new(settings.BindConnections);
    private readonly ConcurrentBag<LdapClient> _idle = [];
    private readonly DirectoryConnection _directory = new(settings, clock, logger);

    /// <summary>Never throws but for the caller's own cancellation.</summary>
    /// <param name="client">Who asks: the clients have their turns.</param>
    public async Task<BindOutcome> BindAsync(IPAddress client, string dn, string password, CancellationToken cancellationToken)
    {
        if (!await _turns.EnterAsync(client, PatienceInTurn, cancellationToken))
            return new BindOutcome.Unanswered("too many binds wait for it");
        long began = Stopwatch.GetTimestamp();
        BindOutcome outcome = new BindOutcome.Unanswered("the client left");
        try
        {
            outcome = await BindAsync(dn, password, cancellationToken);
        }
        finally
        {
            _turns.Leave(began, outcome is not BindOutcome.Unanswered || cancellationToken.IsCancellationRequested);
        }
        return outcome;
    }

    public async ValueTask DisposeAsync()
    {
        while (_idle.TryTake(out LdapClient? client))
            await client.DisposeAsync();
    }

    private async Task<BindOutcome> BindAsync(string dn, string password, CancellationToken cancellationToken)
    {
        try
        {
            return await AskAsync(dn, password, cancellationToken);
        }
        catch (LdapException failure)
        {
            return new BindOutcome.Unanswered(failure.Message);
        }
    }

    /// <summary>A kept connection may have been closed by the server meanwhile, before or under our bind: then one on a new connection decides.</summary>
    private async Task<BindOutcome> AskAsync(string dn, string password, CancellationToken cancellationToken)
    {
        if (await TakeIdleAsync() is { } kept && await AskAsync(kept, isKept: true, dn, password, cancellationToken) is { } outcome)
            return outcome;
        for (int tries = 0; tries < _directory.Servers; tries++)
            if (await AskAsync(await _directory.OpenAsync(cancellationToken), isKept: false, dn, password, cancellationToken) is { } decided)
                return decided;
        return new BindOutcome.Unanswered(_directory.Faults());
    }

    /// <returns>Null when the server gave no answer about the password: another connection may.</returns>
    private async Task<BindOutcome?> AskAsync(LdapClient client, bool isKept, string dn, string password, CancellationToken cancellationToken)
    {
        long start = clock.GetTimestamp();
        bool isUsable = false;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(settings.BindTimeout);
        try
        {
            LdapResult result = await client.BindAsync(dn, password, deadline.Token);
            isUsable = true;
            if (result.Code is not (LdapResultCode.Busy or LdapResultCode.Unavailable))
            {
                _directory.Served(client);
                return OutcomeOf(result);
            }
            _directory.Failed(client, $"{client.Server} answered a bind: {result.Describe()}", start);
        }
        catch (LdapException failure)
        {
            if (!isKept)
                _directory.Failed(client, failure.Message, start);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            _directory.Failed(client, $"{client.Server} did not answer a bind within {settings.BindTimeout.TotalSeconds:0.#} s", start);
        }
        finally
        {
            if (isUsable)
                _idle.Add(client);
            else
                await client.DisposeAsync();
        }
        return null;
    }

    private async Task<LdapClient?> TakeIdleAsync()
    {
        while (_idle.TryTake(out LdapClient? client))
        {
            if (!client.Ended.IsCompleted && _directory.Serves(client))
                return client;
            await client.DisposeAsync();
        }
        return null;
    }

    /// <summary>Troubles of the directory, and of how we ask it, are no word about the password.</summary>
    private static BindOutcome OutcomeOf(LdapResult result) => result.Code switch
    {
        LdapResultCode.Success => BindOutcome.Accepted.Instance,
        LdapResultCode.OperationsError or LdapResultCode.ProtocolError or LdapResultCode.TimeLimitExceeded or LdapResultCode.AdminLimitExceeded
            or LdapResultCode.ConfidentialityRequired or LdapResultCode.StrongerAuthRequired or LdapResultCode.Referral
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

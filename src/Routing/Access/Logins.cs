using System.Diagnostics;
using System.Net;
using DirMail.Ldap;
using DirMail.Mail;
using DirMail.Routing.Access;
using Microsoft.Extensions.Logging;

namespace DirMail.Routing;

/// <summary>
/// Decides logins of all protocols in the one order of RESPONSES: domain known, domain state, user state, user in the domain, service allowed, password.
/// The password is always checked by a bind (against a decoy for unknown users), over connections that never search; what is wrong besides it is told only to who knows it.
/// </summary>
public sealed class Logins : IAsyncDisposable
{
    private const int MaxLoginLength = 512;
    private const int MaxPasswordLength = 1024;

    private readonly LiveTable _live;
    private readonly DirectorySettings _settings;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly BindConnections _binds;
    private readonly RememberedBinds _remembered;
    private readonly LoginDelays _delays;
    private readonly string _decoyDn;

    public Logins(LiveTable live, DirectorySettings settings, TimeProvider clock, ILogger logger)
    {
        (_live, _settings, _clock, _logger) = (live, settings, clock, logger);
        _binds = new(settings, clock, logger);
        _remembered = new(settings.RememberLogins, clock);
        _delays = new(settings.LongestLoginDelay, clock);
        _decoyDn = (Dn.TryParse(settings.BaseDn, out Dn? root) ? root! : Dn.Root).Child("uid", "decoy-" + Guid.NewGuid().ToString("N")).Text;
        live.Changed += _remembered.Forget;
    }

    /// <summary>
    /// Every refusal is answered at a fixed time after its start (<see cref="DirectorySettings.LoginFailureTime"/>, or the next multiple of it when the directory was
    /// slower), so that the time tells nothing about which check failed. Who gave many wrong passwords waits first (<see cref="LoginDelays"/>).
    /// </summary>
    public async Task<LoginResult> CheckAsync(LoginAttempt attempt, CancellationToken cancellationToken)
    {
        using Activity? activity = Metrics.Activities.StartActivity("login");
        TimeSpan? delay = IsSane(attempt.Login, MaxLoginLength)
            ? _delays.Before(attempt.Client, LoginNames.Find(_live.Current, attempt.Login, attempt.LocalAddress).Account) : TimeSpan.Zero;
        if (delay is { } wait && wait > TimeSpan.Zero)
            await Task.Delay(wait, _clock, cancellationToken);
        long start = _clock.GetTimestamp();
        LoginResult result = delay is null
            ? new LoginResult.Refused(Responses.DirectoryUnreachable, "too many tries after wrong passwords wait already")
            : await DecideAsync(attempt, cancellationToken);
        if (result is LoginResult.Refused refused)
        {
            Log.LoginRefused(_logger, Printable(attempt.Login), attempt.Service, attempt.Client, refused.LogReason);
            await WaitAsync(start, cancellationToken);
        }
        Metrics.Login(attempt.Service.ToString(), result is LoginResult.Refused { Reply: var reply } ? reply.ImapCode : "OK");
        return result;
    }

    public async ValueTask DisposeAsync()
    {
        _live.Changed -= _remembered.Forget;
        await _binds.DisposeAsync();
    }

    private async Task<LoginResult> DecideAsync(LoginAttempt attempt, CancellationToken cancellationToken)
    {
        RoutingTable table = _live.Current;
        if (!IsSane(attempt.Login, MaxLoginLength) || !IsSane(attempt.Password, MaxPasswordLength))
            return new LoginResult.Refused(Responses.BadCredentials, "empty, too long, or with control characters");
        if (!table.IsInForce)
            return new LoginResult.Refused(Responses.DirectoryUnreachable, "the directory was never loaded, or not for longer than directory.hardLimit");
        LoginTarget found = LoginNames.Find(table, attempt.Login, attempt.LocalAddress);
        if (found.User is { } held && table.IsHeld(held))
            return new LoginResult.Refused(Responses.DirectoryUnreachable, "the directory no longer has the entry; its removal is held back (dirmail directory accept)");
        Task<ClientName>? name = found.User is { } asked && IsNameNeeded(table, asked, attempt) ? attempt.LookUpName() : null;
        BindOutcome outcome = await _binds.BindAsync(attempt.Client, found.User?.Dn ?? _decoyDn, attempt.Password, cancellationToken);
        switch (outcome)
        {
            case BindOutcome.Unanswered unanswered:
                return await WithoutDirectoryAsync(found.User, attempt, name, unanswered.Reason);
            case BindOutcome.Accepted when found.User is { } user:
                Remember(user, attempt, table);
                _delays.Succeeded(attempt.Client, found.Account);
                return await AdmitAsync(user, attempt, name);
            default:
                _delays.Failed(attempt.Client, found.Account, attempt.Password);
                if (found.User is { } known)
                    _remembered.Forget(known.Id);
                return new LoginResult.Refused(Responses.BadCredentials, outcome is BindOutcome.Refused { Reason: var reason } && found.User is not null ? $"bind refused: {reason}" : found.Unknown);
        }
    }

    /// <summary>What was right a moment ago is taken, and nothing else: an absent directory says nothing about a password.</summary>
    private async Task<LoginResult> WithoutDirectoryAsync(MailUser? user, LoginAttempt attempt, Task<ClientName>? name, string reason)
    {
        Log.BindsUnanswered(_logger, reason);
        if (user is null || !_remembered.Knows(user.Id, attempt.Password))
            return new LoginResult.Refused(Responses.DirectoryUnreachable, "the directory does not answer and the login is not remembered");
        Log.LoginRemembered(_logger, Printable(attempt.Login), attempt.Service, attempt.Client);
        return await AdmitAsync(user, attempt, name);
    }

    /// <summary>Not when a push came during the bind: it may have been a new password. Looked at again afterwards, for the push may come at any moment.</summary>
    private void Remember(MailUser user, LoginAttempt attempt, RoutingTable table)
    {
        if (!ReferenceEquals(table, _live.Current))
            return;
        _remembered.Add(user.Id, user.Domain, attempt.Password);
        if (!ReferenceEquals(table, _live.Current))
            _remembered.Forget(user.Id);
    }

    private static bool IsNameNeeded(RoutingTable table, MailUser user, LoginAttempt attempt) => AccessRules.Check(table, user.Id, user.Domain, attempt.Use) == Responses.ClientNameUntold;

    /// <summary>The password was right: states and services by the newest table, for the bind took its time.</summary>
    /// <param name="name">The look-up that the bind did not wait for; null: no rule asked for it then.</param>
    private async Task<LoginResult> AdmitAsync(MailUser user, LoginAttempt attempt, Task<ClientName>? name)
    {
        if (name is null && IsNameNeeded(_live.Current, user, attempt))
            name = attempt.LookUpName();
        ServiceUse use = name is null ? attempt.Use : attempt.Use with { Name = await name };
        RoutingTable table = _live.Current;
        if (AccessRules.Check(table, user.Id, user.Domain, use) is { } refusal)
            return new LoginResult.Refused(refusal, $"right password, but {refusal.Text}{(name is null ? "" : $" (the client {use.Name})")}");
        return new LoginResult.Accepted(table.FindUser(user.Id)!, table.FindDomain(user.Domain)!);
    }

    private static bool IsSane(string text, int longest) => text.Length > 0 && text.Length <= longest && !text.Any(char.IsControl);

    private static string Printable(string login) => string.Concat(login.Take(MaxLoginLength).Select(c => char.IsControl(c) ? '?' : c));

    private async Task WaitAsync(long start, CancellationToken cancellationToken)
    {
        TimeSpan step = _settings.LoginFailureTime;
        if (step <= TimeSpan.Zero)
            return;
        TimeSpan passed = _clock.GetElapsedTime(start);
        TimeSpan wait = step * Math.Ceiling(Math.Max(passed / step, 1)) - passed;
        await Task.Delay(wait, _clock, cancellationToken);
    }
}

/// <param name="Login">"user@domain", or a bare uid on a domain's virtual address.</param>
/// <param name="LocalAddress">Where the client connected to: on a virtual address only that domain's users may log in.</param>
public sealed record LoginAttempt(string Login, string Password, MailService Service, bool IsProtected, IPAddress Client, IPAddress LocalAddress)
{
    /// <summary>Called only where a rule of allowed services asks for the client's name; answers within its own patience and never fails.</summary>
    public Func<Task<ClientName>> LookUpName { get; init; } = static () => Task.FromResult(ClientName.Untold);

    internal ServiceUse Use => new(Service, IsProtected, Client);

    public override string ToString() => $"{Login} for {Service} from {Client}";
}

public abstract record LoginResult
{
    private LoginResult() { }
    public sealed record Accepted(MailUser User, VirtualDomain Domain) : LoginResult;

    /// <param name="Reply">What the client is told.</param>
    /// <param name="LogReason">What the log is told; holds no password.</param>
    public sealed record Refused(AccessReply Reply, string LogReason) : LoginResult;
}

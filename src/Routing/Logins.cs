using System.Net;
using DirMail.Mail;

namespace DirMail.Routing;

/// <summary>
/// Decides logins of all protocols in the one order of RESPONSES: domain known, domain state, user state, user in the domain, service allowed, password.
/// The password is always checked by a bind (against a decoy for unknown users), over connections that never search.
/// </summary>
public sealed class Logins
{
    public Task<LoginResult> CheckAsync(LoginAttempt attempt, CancellationToken cancellationToken) => throw new NotImplementedException();
}

/// <param name="Login">"user@domain", or a bare uid on a domain's virtual address.</param>
/// <param name="LocalAddress">Where the client connected to: on a virtual address only that domain's users may log in.</param>
public sealed record LoginAttempt(string Login, string Password, MailService Service, bool IsProtected, IPAddress Client, IPAddress LocalAddress)
{
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

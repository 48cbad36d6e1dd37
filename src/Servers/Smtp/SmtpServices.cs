using System.Diagnostics.CodeAnalysis;
using DirMail.Routing;
using DirMail.Servers.Smtp.Checks;
using DirMail.Transfer;

namespace DirMail.Servers.Smtp;

/// <summary>What an SMTP server needs besides.</summary>
public sealed record SmtpServices : SessionServices
{
    [SetsRequiredMembers]
    public SmtpServices(SessionServices shared, SmtpRole role, TransferUnit transfer)
        : base(shared)
    {
        Role = role;
        Transfer = transfer;
        Hourly = new HourlyLimits(shared.Settings, shared.Clock);
        Full = new FullMailboxes(shared.Store.Memory, shared.Clock);
    }

    public SmtpRole Role { get; init; }
    public TransferUnit Transfer { get; init; }

    /// <summary>One for all ports that share these services.</summary>
    public HourlyLimits Hourly { get; init; }

    /// <summary>As <see cref="Hourly"/>.</summary>
    public FullMailboxes Full { get; init; }

    /// <summary>Domains with a fixed route are not asked for in DNS.</summary>
    public Routes Routes { get; init; } = new([]);

    /// <summary>Null: mail from outside is not checked on this port.</summary>
    public InboundChecks? Checks { get; init; }
}

public enum SmtpRole
{
    /// <summary>Mail from other servers; own users may log in to send.</summary>
    Relay,

    /// <summary>Own users only (RFC 6409).</summary>
    Submission,

    /// <summary>Mail that another server on this site hands over for mailboxes here: an answer for each recipient, no relaying, no logins (RFC 2033).</summary>
    Lmtp,

    /// <summary>Programs of this machine over a Unix socket (`dirmail sendmail`): whoever may open it sends as the host.</summary>
    Local,
}

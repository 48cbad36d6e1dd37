using System.Diagnostics.Metrics;
using DirMail.Mail;

namespace DirMail.Servers;

/// <summary>Service is one of smtp, submission, lmtp, imap, pop3, ldap.</summary>
internal static class Metrics
{
    private static readonly Meter Meter = new("DirMail.Servers");

    private static readonly UpDownCounter<long> Sessions = Meter.CreateUpDownCounter<long>("dirmail.servers.sessions", "{session}", "Open sessions, by service.");
    private static readonly Counter<long> Replies = Meter.CreateCounter<long>("dirmail.servers.smtp.replies", "{reply}", "SMTP replies, by service and class of the code.");
    private static readonly Counter<long> Failures = Meter.CreateCounter<long>("dirmail.servers.failures", "{command}", "Commands that failed by a fault of ours, by service.");
    private static readonly Counter<long> Claims = Meter.CreateCounter<long>("dirmail.servers.smtp.claims", "{session}", "Clients whose HELO or EHLO name contradicts their reverse name.");
    private static readonly Counter<long> Ended = Meter.CreateCounter<long>("dirmail.servers.sessions.ended", "{session}", "Sessions ended because the directory changed, by service.");

    public static void SessionOpened(string service) => Sessions.Add(1, Tag(service));

    public static void SessionClosed(string service) => Sessions.Add(-1, Tag(service));

    public static void Replied(string service, Reply reply) => Replies.Add(1, Tag(service), new("class", reply.Code / 100));

    public static void CommandFailed(string service) => Failures.Add(1, Tag(service));

    public static void HostClaimed() => Claims.Add(1);

    public static void SessionEnded(MailService service) => Ended.Add(1, Tag(Name(service)));

    private static KeyValuePair<string, object?> Tag(string service) => new("service", service);

    private static string Name(MailService service) => service switch
    {
        MailService.Imap => "imap",
        MailService.Pop => "pop3",
        MailService.Smtp => "smtp",
        _ => "http",
    };
}

using System.Diagnostics;
using System.Globalization;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Verbs;

namespace DirMail.Demo;

/// <summary>Step d: a domain's administrator switches it off and on by an LDAP modify, the site's administrator deletes it; everything is timed from the modify's result.</summary>
internal static class Switching
{
    /// <summary>Milliseconds, on a machine that has time to spare. What took longer is shown, and is no failure: the change was seen.</summary>
    private const double Promise = 100;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    public static async Task<IReadOnlyList<Observation>> RunAsync(DemoRun run, CancellationToken cancellationToken)
    {
        var observations = new List<Observation>();
        await using Dialogue imap = await Mailing.OpenInboxAsync(run.Server, DemoUser.Alice, cancellationToken);
        await using Dialogue smtp = await Dialogue.OpenAsync(run.Server.Smtp, cancellationToken);
        await smtp.SmtpAsync(null, cancellationToken);
        await smtp.SmtpAsync("EHLO mx.remote.test", cancellationToken);

        Task<(string Line, long At)> bye = ByeAsync(imap, cancellationToken);
        long changed = await SetAsync(run, DemoUser.BcdAdministrator, MailStatus.Inactive, observations, cancellationToken);
        observations.Add(await RecipientAsync(smtp, "450 4.2.1", changed, cancellationToken));
        (string line, long at) = await Task.WhenAny(bye, Task.Delay(Longest, cancellationToken)) == bye ? await bye : ("nothing", Stopwatch.GetTimestamp());
        observations.Add(Timed("alice's open IMAP session is told, unasked", "* BYE", line, at - changed));

        changed = await SetAsync(run, DemoUser.BcdAdministrator, MailStatus.Active, observations, cancellationToken);
        observations.Add(await RecipientAsync(smtp, "250 2.1.5", changed, cancellationToken));

        changed = await SetAsync(run, DemoUser.SiteAdministrator, MailStatus.Deleted, observations, cancellationToken);
        observations.Add(await RecipientAsync(smtp, "550 5.1.2", changed, cancellationToken));

        changed = await SetAsync(run, DemoUser.SiteAdministrator, MailStatus.Active, observations, cancellationToken);
        observations.Add(await RecipientAsync(smtp, "250 2.1.5", changed, cancellationToken));
        return observations;
    }

    /// <returns>When the directory said that the change is made.</returns>
    private static async Task<long> SetAsync(DemoRun run, DemoUser who, MailStatus status, List<Observation> observations, CancellationToken cancellationToken)
    {
        var administration = new Administration(run.Server.Directory);
        Administered<string> result = await administration.Domains.SetStatusAsync(new(who.Dn, who.Password), "bcd.com", status, cancellationToken);
        long now = Stopwatch.GetTimestamp();
        observations.Add(Observation.Of($"{who.Address} sets mailDomainStatus of bcd.com to {status.ToString().ToLowerInvariant()}", "done", result.Refusal ?? "done"));
        return now;
    }

    private static async Task<Observation> RecipientAsync(Dialogue smtp, string expected, long changed, CancellationToken cancellationToken)
    {
        string reply = "";
        while (!reply.StartsWith(expected, StringComparison.Ordinal) && Stopwatch.GetElapsedTime(changed) < Longest)
        {
            await smtp.SmtpAsync("RSET", cancellationToken);
            await smtp.SmtpAsync("MAIL FROM:<friend@remote.test>", cancellationToken);
            reply = await smtp.SmtpAsync("RCPT TO:<alice@bcd.com>", cancellationToken);
        }
        return Timed("RCPT TO:<alice@bcd.com>", expected, reply, Stopwatch.GetTimestamp() - changed);
    }

    private static async Task<(string Line, long At)> ByeAsync(Dialogue imap, CancellationToken cancellationToken)
    {
        string line = await imap.ReadAsync(cancellationToken);
        return (line, Stopwatch.GetTimestamp());
    }

    internal static Observation Timed(string what, string expected, string seen, long ticks)
    {
        double milliseconds = Math.Max(0, ticks * 1000.0 / Stopwatch.Frequency);
        string slow = milliseconds > Promise ? " (is this machine busy? 100 ms are promised)" : "";
        string shown = string.Create(CultureInfo.InvariantCulture, $"{seen[..Math.Min(seen.Length, 40)]} after {milliseconds:0.0} ms{slow}");
        return new(what, $"{expected} within 100 ms", shown, seen.StartsWith(expected, StringComparison.Ordinal));
    }
}

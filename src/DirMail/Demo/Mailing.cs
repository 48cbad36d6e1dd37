using System.Text;
using DirMail.Verbs;

namespace DirMail.Demo;

/// <summary>The plain dialogues that the demo holds, as any client would.</summary>
internal static class Mailing
{
    /// <summary>A remote server hands in a message; returns the replies to RCPT and to the dot (empty when RCPT was refused).</summary>
    public static async Task<(string Recipient, string Dot)> DeliverAsync(DemoServer server, string recipient, string id, CancellationToken cancellationToken)
    {
        await using Dialogue dialogue = await Dialogue.OpenAsync(server.Smtp, cancellationToken);
        foreach (string? line in new[] { null, "EHLO mx.remote.test", "MAIL FROM:<friend@remote.test>" })
            await dialogue.SmtpAsync(line, cancellationToken);
        string reply = await dialogue.SmtpAsync($"RCPT TO:<{recipient}>", cancellationToken);
        if (reply[0] != '2')
            return (reply, "");
        await dialogue.SmtpAsync("DATA", cancellationToken);
        return (reply, await dialogue.SmtpDataAsync(Message("friend@remote.test", recipient, id), cancellationToken));
    }

    /// <summary>A local user submits; returns the last reply, positive or not.</summary>
    public static async Task<string> SubmitAsync(DemoServer server, DemoUser user, string[] recipients, string id, CancellationToken cancellationToken)
    {
        await using Dialogue dialogue = await Dialogue.OpenAsync(server.Submission, cancellationToken);
        string credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{user.Address}\0{user.Password}"));
        string[] commands = ["EHLO laptop", "AUTH PLAIN " + credentials, $"MAIL FROM:<{user.Address}>", .. recipients.Select(r => $"RCPT TO:<{r}>"), "DATA"];
        string reply = await dialogue.SmtpAsync(null, cancellationToken);
        foreach (string command in commands)
            if ((reply = await dialogue.SmtpAsync(command, cancellationToken))[0] is '4' or '5')
                return reply;
        return await dialogue.SmtpDataAsync(Message(user.Address, string.Join(", ", recipients), id), cancellationToken);
    }

    /// <summary>Opens INBOX by IMAP. The dialogue is the caller's.</summary>
    public static async Task<Dialogue> OpenInboxAsync(DemoServer server, DemoUser user, CancellationToken cancellationToken)
    {
        Dialogue dialogue = await Dialogue.OpenAsync(server.Imap, cancellationToken);
        await dialogue.ReadAsync(cancellationToken);
        await dialogue.ImapAsync("a1", $"LOGIN {user.Address} {user.Password}", cancellationToken);
        await dialogue.ImapAsync("a2", "SELECT INBOX", cancellationToken);
        return dialogue;
    }

    /// <summary>The X-Demo-Id of every message in INBOX, doubles included.</summary>
    public static async Task<List<string>> IdsInInboxAsync(DemoServer server, DemoUser user, CancellationToken cancellationToken)
    {
        await using Dialogue dialogue = await OpenInboxAsync(server, user, cancellationToken);
        IReadOnlyList<string> lines = await dialogue.ImapAsync("a3", "FETCH 1:* (BODY.PEEK[HEADER.FIELDS (X-Demo-Id)])", cancellationToken);
        return [.. lines.Where(l => l.StartsWith("X-Demo-Id: ", StringComparison.OrdinalIgnoreCase)).Select(l => l["X-Demo-Id: ".Length..])];
    }

    public static string Message(string from, string to, string id) => $"""
        From: {from}
        To: {to}
        Subject: demo {id}
        X-Demo-Id: {id}
        Date: {DateTimeOffset.UtcNow:r}
        Message-ID: <{id}@demo.test>

        Hello from the demo.
        .a line that begins with a dot
        """;
}

/// <summary>A person of ldif/example.ldif.</summary>
internal sealed record DemoUser(string Address, string Password, string Dn)
{
    public static readonly DemoUser Alice = In("alice", "bcd.com", "alice-bcd-secret");
    public static readonly DemoUser Bob = In("bob", "bcd.com", "bob-bcd-secret");
    public static readonly DemoUser Carol = In("carol", "cde.com", "carol-cde-secret");
    public static readonly DemoUser HostUser = In("admin", "abc.com", "admin-abc-secret");
    public static readonly DemoUser BcdAdministrator = In("admin", "bcd.com", "admin-bcd-secret");
    public static readonly DemoUser SiteAdministrator = new("siteadmin", "siteadmin-secret", "uid=siteadmin,ou=Services,o=hosting");

    public static DemoUser In(string uid, string domain, string password) => new($"{uid}@{domain}", password, $"uid={uid},ou=People,o={domain},o=hosting");
}

using DirMail.Servers.Imap.Grammar;

namespace DirMail.Servers.Imap.Commands;

/// <summary>SUBSCRIBE and UNSUBSCRIBE (RFC 9051 6.3.7, 6.3.8).</summary>
internal static class Subscribe
{
    public static Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken) => RunAsync(session, arguments, subscribed: true, cancellationToken);

    public static Task<Completion> UnsubscribeAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken) => RunAsync(session, arguments, subscribed: false, cancellationToken);

    private static async Task<Completion> RunAsync(ImapSession session, ImapReader arguments, bool subscribed, CancellationToken cancellationToken)
    {
        arguments.Space();
        string name = arguments.MailboxName();
        if (!arguments.End())
            return Completion.Bad(arguments.Error);
        return Completion.Of(await session.Mailboxes.SubscribeAsync(session.Account, name, subscribed, cancellationToken), subscribed ? "SUBSCRIBE" : "UNSUBSCRIBE");
    }
}

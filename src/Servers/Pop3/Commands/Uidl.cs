namespace DirMail.Servers.Pop3.Commands;

/// <summary>RFC 1939 7: unique ids, from UIDVALIDITY and UID.</summary>
internal static class Uidl
{
    public static Task<Answer> RunAsync(Pop3Session session, string argument, CancellationToken cancellationToken) =>
        Listing.SendAsync(session, argument, static (maildrop, entry) => maildrop.UniqueId(entry), cancellationToken);
}

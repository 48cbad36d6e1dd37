using DirMail.Mail;
using DirMail.Store.Sqlite;

namespace DirMail.Store.Writing;

/// <summary>
/// What accounts, and the accounts of a domain together, hold and may hold, within one transaction. The account's row notes the domain for which it counts; who moves to
/// another takes what is kept along, at the latest with the next mail.
/// </summary>
internal static class Quotas
{
    public static bool HasRoom(WriteScope scope, Account account, Quota quota, long messages, long octets)
    {
        if (quota.Shared is { } shared && account.Domain != shared.Domain)
            Move(scope, account, shared.Domain);
        return HasRoom(scope.Database, account, quota, messages, octets);
    }

    public static bool HasRoom(Connection database, Account? account, Quota quota, long messages, long octets)
    {
        if ((account?.Messages ?? 0) + messages > quota.Messages || (account?.Octets ?? 0) + octets > quota.Octets)
            return false;
        if (quota.Shared is not { } shared || (shared.Octets ?? shared.Messages) is null)
            return true;
        (long usedMessages, long usedOctets) = Usage(database, shared.Domain);
        return !(usedMessages + messages > shared.Messages || usedOctets + octets > shared.Octets);
    }

    public static void Move(WriteScope scope, Account account, EntryId domain)
    {
        using (Statement move = scope.Database.Use("UPDATE account SET domain = ? WHERE id = ?").Bind(domain.Value).Bind(account.Id))
            move.Run();
        if (account.Domain is { } former)
            Add(scope, former, -account.Messages, -account.Octets);
        Add(scope, domain, account.Messages, account.Octets);
    }

    public static void Add(WriteScope scope, EntryId domain, long messages, long octets)
    {
        using Statement add = scope.Database.Use("""
            INSERT INTO quota (domain, messages, octets) VALUES (?, ?, ?) ON CONFLICT (domain) DO UPDATE SET messages = messages + excluded.messages, octets = octets + excluded.octets
            """).Bind(domain.Value).Bind(messages).Bind(octets);
        add.Run();
    }

    private static (long Messages, long Octets) Usage(Connection database, EntryId domain)
    {
        using Statement find = database.Use("SELECT messages, octets FROM quota WHERE domain = ?").Bind(domain.Value);
        return find.Step() ? (find.Long(0), find.Long(1)) : (0, 0);
    }
}

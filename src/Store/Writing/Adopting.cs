using DirMail.Mail;
using DirMail.Store.Reading;
using DirMail.Store.Sqlite;

namespace DirMail.Store.Writing;

/// <summary>What happens to an account whose entry is gone, within one transaction.</summary>
internal static class Adopting
{
    public static bool Rename(WriteScope scope, IReadOnlyList<AccountName> names)
    {
        foreach ((EntryId entry, OwnerName name, EntryId domain) in names)
        {
            if (AccountRows.Find(scope.Database, entry) is not { } account)
                continue;
            using (Statement rename = scope.Database.Use("UPDATE account SET name = ?, is_group = ? WHERE id = ?").Bind(name.Text).Bind(name.IsGroup ? 1 : 0).Bind(account.Id))
                rename.Run();
            if (account.Domain != domain)
                Quotas.Move(scope, account, domain);
        }
        return true;
    }

    public static AdoptResult Adopt(WriteScope scope, EntryId former, EntryId heir)
    {
        if (AccountReads.Find(scope.Database, former) is not { } kept)
            return AdoptResult.NotFound;
        if (AccountReads.Find(scope.Database, heir) is { } own)
        {
            if (own.HasMail)
                return AdoptResult.HeirHasMail;
            Leaving.Remove(scope, own.Id);
        }
        using Statement give = scope.Database.Use("UPDATE account SET entry = ?, set_aside = 0, gone_since = NULL WHERE id = ?").Bind(heir.Value).Bind(kept.Id);
        give.Run();
        AccessRows.Give(scope, former, heir);
        return AdoptResult.Done;
    }

    public static bool SetAside(WriteScope scope, EntryId former)
    {
        using Statement aside = scope.Database.Use("UPDATE account SET set_aside = 1 WHERE entry = ?").Bind(former.Value);
        return aside.Run() > 0;
    }
}

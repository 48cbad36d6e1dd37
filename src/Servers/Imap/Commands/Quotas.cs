using DirMail.Servers.Imap.Grammar;
using DirMail.Store;

namespace DirMail.Servers.Imap.Commands;

/// <summary>GETQUOTA and GETQUOTAROOT (RFC 9208): one root, the account's. Limits are the directory's; nobody sets them here.</summary>
internal static class Quotas
{
    private const string Root = "user";
    private const int UnitOctets = 1024;

    public static async Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken)
    {
        arguments.Space();
        string root = arguments.Astring();
        if (!arguments.End())
            return Completion.Bad(arguments.Error);
        if (root != Root)
            return Completion.No("[NONEXISTENT] no such quota root");
        await WriteAsync(session, cancellationToken);
        return Completion.Ok("GETQUOTA completed");
    }

    public static async Task<Completion> RootAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken)
    {
        arguments.Space();
        string name = arguments.MailboxName();
        if (!arguments.End())
            return Completion.Bad(arguments.Error);
        if (await session.Mailboxes.FindAsync(session.Account, name, cancellationToken) is not { } mailbox)
            return Completion.NoSuchMailbox;
        session.Writer.Raw("* QUOTAROOT "u8);
        session.Writer.MailboxName(mailbox.Name);
        session.Writer.Line($" {Root}");
        await WriteAsync(session, cancellationToken);
        return Completion.Ok("GETQUOTAROOT completed");
    }

    public static Task<Completion> SetAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken) =>
        Task.FromResult(Completion.No("[NOPERM] quotas are set in the directory"));

    /// <summary>Only what has a limit is named (RFC 9208 5.1).</summary>
    private static async Task WriteAsync(ImapSession session, CancellationToken cancellationToken)
    {
        Quota quota = session.Quota;
        StoredAccount? account = await session.Services.Store.Accounts.FindAsync(session.Account, cancellationToken);
        List<string> resources = [];
        if (quota.Octets is { } octets)
            resources.Add($"STORAGE {((account?.Octets ?? 0) + UnitOctets - 1) / UnitOctets} {octets / UnitOctets}");
        if (quota.Messages is { } messages)
            resources.Add($"MESSAGE {account?.Messages ?? 0} {messages}");
        session.Writer.Line($"* QUOTA {Root} ({string.Join(' ', resources)})");
    }
}

using DirMail.Servers.Imap.Grammar;
using DirMail.Servers.Imap.Sharing;
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
        Folder? folder = await session.Folders.FindAsync(name, cancellationToken);
        if (!Folder.Allows(folder, Rights.Read, out Completion refusal))
            return refusal;
        session.Writer.Raw("* QUOTAROOT "u8);
        session.Writer.MailboxName(folder.Mailbox.Name);
        // what somebody else keeps, and may keep, is not told
        session.Writer.Line(folder.Reader is null ? $" {Root}" : "");
        if (folder.Reader is null)
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

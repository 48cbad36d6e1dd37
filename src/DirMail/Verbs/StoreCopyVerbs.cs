using System.CommandLine;
using System.Globalization;
using DirMail.Serve;
using DirMail.Settings;
using DirMail.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Verbs;

/// <summary>`dirmail store backup|restore`.</summary>
internal static class StoreCopyVerbs
{
    private static readonly Argument<string> Target = new("TARGET") { Description = "A folder to be made, or a file ending in .tar" };
    private static readonly Argument<string> Source = new("BACKUP") { Description = "The folder or .tar of a backup" };
    private static readonly Option<bool> Latest = new("--latest") { Description = "Nothing has come since the backup (a move to another machine): mail programs go on as if nothing had happened" };

    public static Command Backup()
    {
        var backup = new Command("backup", "Write a copy of one moment of the store, also while a server uses it") { Target, CommonOptions.Json };
        backup.SetAction(BackupAsync);
        return backup;
    }

    public static Command Restore()
    {
        var restore = new Command("restore", "Put a backup in the store's place, checked first; the store that is there is kept under another name") { Source, Latest, Confirm.Yes, CommonOptions.Json };
        restore.SetAction(RestoreAsync);
        return restore;
    }

    private static async Task<int> BackupAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        string target = Path.GetFullPath(arguments.GetValue(Target)!);
        return await StoreAccess.Of(arguments).RunAsync((server, bar) => server.BackupAsync(target, bar, cancellationToken), (store, bar) => store.BackupAsync(target, bar, cancellationToken), report =>
        {
            if (arguments.GetValue(CommonOptions.Json))
                Show.Json(report);
            else
                Show.Line(string.Create(CultureInfo.InvariantCulture, $"{report.Contents} messages ({Show.Octets(report.Octets)}) in {report.Entries} mailbox entries, {report.QueueRecipients} queued recipients: in {report.Target}"));
        }, cancellationToken) ?? ExitCode.Ok;
    }

    private static async Task<int> RestoreAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        ServerFile settings = CommonOptions.Load(arguments);
        string source = Path.GetFullPath(arguments.GetValue(Source)!);
        bool isInPlace = Directory.Exists(settings.Store.Folder);
        if (isInPlace && !Confirm.Asked(arguments, $"{source} will take the place of the store in {settings.Store.Folder}, which is kept beside it."))
            return ExitCode.Usage;
        try
        {
            using DataFolder held = DataFolder.Hold(settings.DataFolder);
            RestoreReport report = await StoreProgressBar.RunAsync(bar =>
                new Restore(source, settings.Store, TimeProvider.System, NullLogger.Instance) { IsLatest = arguments.GetValue(Latest), Progress = bar }.RunAsync(cancellationToken));
            if (arguments.GetValue(CommonOptions.Json))
                Show.Json(report);
            else
                Print(report);
            return ExitCode.Ok;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Show.Error(failure.Message);
            return ExitCode.Failed;
        }
    }

    private static void Print(RestoreReport report)
    {
        Show.Line(string.Create(CultureInfo.InvariantCulture, $"{report.Contents} messages in {report.Entries} mailbox entries and {report.QueueRecipients} queued recipients are back"));
        if (report.Former is { } former)
            Show.Line($"the store that was there is in {former}");
    }
}

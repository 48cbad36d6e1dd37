using Microsoft.Extensions.Logging;

namespace DirMail.Ldap.Tree;

/// <summary>Event ids 150 to 199.</summary>
internal static partial class TreeLog
{
    [LoggerMessage(150, LogLevel.Information, "embedded directory: {Entries} entries from {Folder}, {Changes} of their changes from the journal")]
    public static partial void Opened(ILogger logger, int entries, string folder, int changes);

    [LoggerMessage(151, LogLevel.Warning, "embedded directory: {Octets} octets at the end of {File} were never acknowledged and are cut off")]
    public static partial void TornTail(ILogger logger, string file, long octets);

    [LoggerMessage(152, LogLevel.Information, "embedded directory: base written, generation {Generation}, {Entries} entries")]
    public static partial void Compacted(ILogger logger, int generation, int entries);

    [LoggerMessage(153, LogLevel.Critical, "embedded directory: a change could not be written to disk and is refused")]
    public static partial void JournalFailed(ILogger logger, Exception failure);

    [LoggerMessage(154, LogLevel.Error, "embedded directory: the base could not be written; changes stay in the journal")]
    public static partial void CompactionFailed(ILogger logger, Exception failure);

    [LoggerMessage(155, LogLevel.Information, "embedded directory: {Records} records loaded from {File}")]
    public static partial void Loaded(ILogger logger, int records, string file);
}

using Microsoft.Extensions.Logging;

namespace DirMail.Store;

internal static partial class Log
{
    [LoggerMessage(200, LogLevel.Information, "Store opened in {Folder}: schema {Version}, {Removed} content files without a row removed")]
    public static partial void Opened(ILogger logger, string folder, long version, int removed);

    [LoggerMessage(201, LogLevel.Error, "A commit of {Jobs} jobs failed and was rolled back; each was told that the store is unavailable")]
    public static partial void GroupFailed(ILogger logger, Exception fault, int jobs);

    [LoggerMessage(202, LogLevel.Error, "One job of a commit failed and was rolled back alone")]
    public static partial void JobFailed(ILogger logger, Exception fault);

    [LoggerMessage(203, LogLevel.Error, "The octets of a message could not be written to the content folder")]
    public static partial void ContentNotWritten(ILogger logger, Exception fault);

    [LoggerMessage(204, LogLevel.Error, "The log could not be copied into the database; it grows until that works again")]
    public static partial void CheckpointFailed(ILogger logger, Exception fault);

    [LoggerMessage(205, LogLevel.Error, "A listener to changes failed")]
    public static partial void ListenerFailed(ILogger logger, Exception fault);

    [LoggerMessage(206, LogLevel.Warning, "Removing what nothing refers to failed; it is tried again later")]
    public static partial void SweepFailed(ILogger logger, Exception fault);

    [LoggerMessage(207, LogLevel.Warning, "The search index {Path} is damaged; it is thrown away and filled anew, and searches read the mail until then")]
    public static partial void IndexDamaged(ILogger logger, Exception fault, string path);

    [LoggerMessage(208, LogLevel.Information, "The search index {Path} is of another version or of another state of the store; it is filled anew")]
    public static partial void IndexOfAnother(ILogger logger, string path);

    [LoggerMessage(209, LogLevel.Warning, "The search index failed; searches read the mail instead")]
    public static partial void IndexFailed(ILogger logger, Exception fault);

    [LoggerMessage(210, LogLevel.Information, "The search index {Path} has been thrown away; it is filled anew")]
    public static partial void IndexAnew(ILogger logger, string path);
}

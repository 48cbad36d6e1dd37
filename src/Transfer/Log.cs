using DirMail.Mail;
using Microsoft.Extensions.Logging;

namespace DirMail.Transfer;

internal static partial class Log
{
    [LoggerMessage(500, LogLevel.Error, "Channel {Channel} failed on message {Message}; it is deferred")]
    public static partial void ChannelFailed(ILogger logger, Exception failure, string channel, QueueId message);

    [LoggerMessage(501, LogLevel.Error, "Channel {Channel} gave a wrong number of outcomes for message {Message}; it is deferred")]
    public static partial void ChannelMiscounted(ILogger logger, string channel, QueueId message);

    [LoggerMessage(502, LogLevel.Warning, "No channel named {Channel} is set up; message {Message} waits")]
    public static partial void NoSuchChannel(ILogger logger, string channel, QueueId message);

    [LoggerMessage(503, LogLevel.Error, "An attempt for message {Message} came to no end; it will be attempted again")]
    public static partial void AttemptWithoutEnd(ILogger logger, Exception failure, QueueId message);

    [LoggerMessage(504, LogLevel.Error, "The store did not take the end of an attempt for message {Message}; it is asked again in {Wait}")]
    public static partial void StoreFailing(ILogger logger, QueueId message, TimeSpan wait);

    [LoggerMessage(508, LogLevel.Error, "The end of an attempt for message {Message} could not be written; that is tried again in {Wait}")]
    public static partial void EndNotWritten(ILogger logger, Exception failure, QueueId message, TimeSpan wait);

    [LoggerMessage(506, LogLevel.Warning, "Message {Message} without a sender failed, and there is no postmaster to tell; set host.postmaster")]
    public static partial void NobodyToTell(ILogger logger, QueueId message);

    [LoggerMessage(507, LogLevel.Warning, "{Messages} queued messages of {Domain} are not sent: the domain is deleted; {Postmaster} is told")]
    public static partial void DomainDeleted(ILogger logger, long messages, string domain, string postmaster);

    [LoggerMessage(505, LogLevel.Error, "The queue could not be read; trying again soon")]
    public static partial void QueueUnreadable(ILogger logger, Exception failure);

    [LoggerMessage(509, LogLevel.Warning, "The Sieve script for {Recipient} was broken off on message {Message}, which is kept: {Reason}")]
    public static partial void ScriptBrokenOff(ILogger logger, AcceptanceId message, string recipient, string reason);

    [LoggerMessage(510, LogLevel.Warning, "The Sieve script for {Recipient} files message {Message} into '{Name}', which no mailbox may be called: it is kept")]
    public static partial void NoSuchMailboxName(ILogger logger, AcceptanceId message, string recipient, string name);

    [LoggerMessage(520, LogLevel.Warning, "{Name} took the place of entry {Former}, whose mailbox with {Messages} messages is kept: its mail waits until `dirmail account adopt {Name}` (or --fresh)")]
    public static partial void NotAdopted(ILogger logger, string name, EntryId former, long messages);

    [LoggerMessage(521, LogLevel.Error, "The names of accounts could not be kept in step with the directory; at the next change or start they are")]
    public static partial void AccountsNotKept(ILogger logger, Exception failure);

    [LoggerMessage(522, LogLevel.Warning, "The entry of {Name} ({Entry}) is gone: its {Messages} messages are kept until {Until}, or until it comes back")]
    public static partial void Gone(ILogger logger, string name, EntryId entry, long messages, string until);

    [LoggerMessage(523, LogLevel.Warning, "The mail of {Name} ({Entry}), {Messages} messages, is removed: its entry has been gone since {Since}")]
    public static partial void Purged(ILogger logger, string name, EntryId entry, long messages, DateTimeOffset since);

    [LoggerMessage(524, LogLevel.Error, "Accounts of entries that are gone could not be looked at; trying again later")]
    public static partial void GoneNotSeen(ILogger logger, Exception failure);
}

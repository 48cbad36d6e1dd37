using System.Net;
using DirMail.Mail;
using Microsoft.Extensions.Logging;

namespace DirMail.Routing;

internal static partial class Log
{
    [LoggerMessage(400, LogLevel.Information, "following {Url}: table {Number} with {Domains} domains and {Users} users after {Milliseconds:F0} ms")]
    public static partial void Loaded(ILogger logger, string url, long number, int domains, int users, double milliseconds);

    [LoggerMessage(401, LogLevel.Warning, "the directory {Url} is lost: {Reason}; table {Number} stays in force, trying again in {Delay}")]
    public static partial void Lost(ILogger logger, string url, string reason, long number, TimeSpan delay);

    [LoggerMessage(402, LogLevel.Debug, "table {Number}: {Domains} domains and {Entries} entries touched, {Passwords} perhaps with a new password")]
    public static partial void Changed(ILogger logger, long number, int domains, int entries, int passwords);

    [LoggerMessage(403, LogLevel.Information, "all is fetched anew from {Url}: it asks for that, its state is older than the one known here, or an entry with others below it was renamed")]
    public static partial void RefreshRequired(ILogger logger, string url);

    [LoggerMessage(404, LogLevel.Error, "a subscriber of the table failed; the table is in force")]
    public static partial void SubscriberFailed(ILogger logger, Exception failure);

    [LoggerMessage(405, LogLevel.Warning, "{Count} lines of directory problems (dirmail directory problems), first: {Dn} {Attribute}: {Text}")]
    public static partial void Problems(ILogger logger, int count, string dn, string attribute, string text);

    [LoggerMessage(406, LogLevel.Error, "following the directory failed by a fault of ours; starting anew")]
    public static partial void FollowingFailed(ILogger logger, Exception failure);

    [LoggerMessage(407, LogLevel.Information, "the directory {Url} is followed by {Method} (Sync: it pushes its changes; Poll: it offers no content synchronisation and is asked every {Interval})")]
    public static partial void Follows(ILogger logger, string url, FollowingMethod method, TimeSpan interval);

    [LoggerMessage(408, LogLevel.Warning, "the directory server {Url} fails: {Reason}; the others are asked first for a while")]
    public static partial void ServerFailed(ILogger logger, string url, string reason);

    [LoggerMessage(409, LogLevel.Information, "the directory server {Url} is followed now instead of {Before}: a cookie is one server's, so all is read again")]
    public static partial void ServerChanged(ILogger logger, string url, string before);

    [LoggerMessage(420, LogLevel.Warning, "the directory cache is discarded: {Reason}; the directory sends everything")]
    public static partial void CacheDiscarded(ILogger logger, string reason);

    [LoggerMessage(421, LogLevel.Warning, "the end of the directory cache is left out ({Damage}): the table is as of {InStep:u} until the directory has sent what follows")]
    public static partial void CacheCutOff(ILogger logger, string damage, DateTimeOffset inStep);

    [LoggerMessage(422, LogLevel.Warning, "the directory cache is of another search ({Cached}, now {Wanted}): its entries serve until the directory has sent all anew")]
    public static partial void CacheOfAnotherSearch(ILogger logger, string cached, string wanted);

    [LoggerMessage(423, LogLevel.Error, "the directory cache in {Folder} cannot be written: {Reason}; following goes on without it, next try in {Retry}")]
    public static partial void CacheFailed(ILogger logger, string folder, string reason, TimeSpan retry);

    [LoggerMessage(424, LogLevel.Information, "the directory cache in {Folder} is kept again")]
    public static partial void CacheKeptAgain(ILogger logger, string folder);

    [LoggerMessage(425, LogLevel.Warning, "the directory cache could not be folded: {Reason}; it grows meanwhile")]
    public static partial void CacheFoldFailed(ILogger logger, string reason);

    [LoggerMessage(426, LogLevel.Information, "table {Number} from the directory cache: {Domains} domains and {Users} users as of {AsOf:u}, loaded in {Milliseconds:F0} ms")]
    public static partial void CacheLoaded(ILogger logger, long number, int domains, int users, DateTimeOffset asOf, double milliseconds);

    [LoggerMessage(427, LogLevel.Error, "the directory no longer has {Count} entries of {Domain} ({First}): held back, they keep their mail; look at the directory, or accept it (dirmail directory accept)")]
    public static partial void RemovalsHeld(ILogger logger, int count, string domain, string first);

    [LoggerMessage(428, LogLevel.Warning, "{Count} held removals accepted: they are in force; all is fetched anew")]
    public static partial void RemovalsAccepted(ILogger logger, int count);

    [LoggerMessage(429, LogLevel.Error, "the table has not been in step with the directory {Url} for {Age} (directory.softLimit {Limit}): {Reason}; it is served all the same")]
    public static partial void TableOld(ILogger logger, string url, TimeSpan age, TimeSpan limit, string reason);

    [LoggerMessage(430, LogLevel.Information, "the table is in step with the directory {Url} again")]
    public static partial void TableFresh(ILogger logger, string url);

    [LoggerMessage(410, LogLevel.Information, "login of {Login} for {Service} from {Client} refused: {Reason}")]
    public static partial void LoginRefused(ILogger logger, string login, MailService service, IPAddress client, string reason);

    [LoggerMessage(411, LogLevel.Warning, "the directory does not answer binds: {Reason}")]
    public static partial void BindsUnanswered(ILogger logger, string reason);

    [LoggerMessage(412, LogLevel.Information, "login of {Login} for {Service} from {Client} by a remembered bind: the directory does not answer")]
    public static partial void LoginRemembered(ILogger logger, string login, MailService service, IPAddress client);
}

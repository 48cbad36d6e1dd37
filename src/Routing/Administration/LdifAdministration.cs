using DirMail.Ldap;
using DirMail.Ldap.Ldif;

namespace DirMail.Routing;

/// <summary>Loads and checks LDIF (RFC 2849) of any size, and writes it out again.</summary>
public sealed class LdifAdministration(DirectorySettings settings)
{
    /// <summary>
    /// Adds (or changes, by changetype) the records. Files are read through first: an unreadable one names file, line and reason and changes nothing (standard input can be read
    /// only once). Stops at the first record the directory refuses, and says which, unless told to go on.
    /// </summary>
    public Task<Administered<LdifCounts>> LoadAsync(DirectoryLogin login, LdifLoad load, CancellationToken cancellationToken) => ReadingAsync(async () =>
    {
        if (!load.GoesOn && FirstUnreadable(load, cancellationToken) is { } unreadable)
            return new Refusal($"{unreadable}; nothing was changed");
        return await DirectorySession.RunAsync<LdifCounts>(settings, login, session => LoadAsync(session, load, cancellationToken), cancellationToken);
    });

    /// <summary>Changes nothing: syntax, schema, parents, names that are taken, and what DirMail would have to say about the entries. Every fault is told.</summary>
    public Task<Administered<LdifCounts>> CheckAsync(DirectoryLogin login, LdifLoad load, CancellationToken cancellationToken) => ReadingAsync(() =>
        DirectorySession.RunAsync<LdifCounts>(settings, login, async session => await new LdifCheck(session, load with { GoesOn = true }).RunAsync(cancellationToken), cancellationToken));

    /// <summary>Writes all entries below the base (a domain's: below its node) that the person may see, parents before children. Gives their number. Passwords are shown to nobody.</summary>
    public Task<Administered<long>> ExportAsync(DirectoryLogin login, LdifExport export, CancellationToken cancellationToken) => ReadingAsync(() =>
        DirectorySession.RunAsync<long>(settings, login, session => export.RunAsync(session, cancellationToken), cancellationToken));

    private static LdifFault? FirstUnreadable(LdifLoad load, CancellationToken cancellationToken)
    {
        foreach ((string file, LdifItem item) in new LdifSource(load, LdifPhase.Checking).Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (item is LdifItem.Error error)
                return new(file, error.Line, error.Reason);
        }
        return null;
    }

    private static async Task<Administered<LdifCounts>> LoadAsync(DirectorySession session, LdifLoad load, CancellationToken cancellationToken)
    {
        var tally = new LdifTally(load);
        var pipeline = new LdifPipeline(session.Client, (sent, result) =>
        {
            if (result.IsSuccess)
                tally.Done(sent.Record);
            else
                tally.Fault(sent.File, sent.Record.Line, result.Refused(Attempt(sent.Record), sent.Record.Dn));
        });
        try
        {
            await SendAsync(pipeline, tally, load, cancellationToken);
        }
        catch (Exception ended) when (ended is LdapException or OperationCanceledException)
        {
            string why = ended is LdapException ? ended.Message : "stopped";
            return new Refusal($"{why}; {tally.Standing()}, and of {pipeline.UnderWay} more it is not known");
        }
        return tally.IsOver ? new Refusal($"{tally.First}; {tally.Standing()}") : tally.Counts;
    }

    private static async Task SendAsync(LdifPipeline pipeline, LdifTally tally, LdifLoad load, CancellationToken cancellationToken)
    {
        foreach ((string file, LdifItem item) in new LdifSource(load, LdifPhase.Loading).Read())
        {
            if (item is LdifItem.Read { Record: var record })
                await pipeline.SendAsync(new(file, record), cancellationToken);
            else if (item is LdifItem.Error error)
            {
                // told in its place among the answers
                await pipeline.EndAllAsync();
                tally.Fault(file, error.Line, error.Reason);
            }
            if (tally.IsOver)
                break;
        }
        await pipeline.EndAllAsync();
    }

    /// <summary>A file that cannot be opened or written is the person's to mend.</summary>
    private static async Task<Administered<T>> ReadingAsync<T>(Func<Task<Administered<T>>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new Refusal(failure.Message);
        }
    }

    private static string Attempt(LdifRecord record) => record switch
    {
        LdifRecord.Modify => "to change",
        LdifRecord.Delete => "to remove",
        LdifRecord.ModifyDn => "to rename",
        _ => "to add",
    };
}

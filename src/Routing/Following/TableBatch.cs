using DirMail.Ldap;
using DirMail.Mail;
using DirMail.Routing.Cache;
using DirMail.Routing.Table;

namespace DirMail.Routing.Following;

/// <summary>What a session learnt of the directory, on its way into the next table and into the cache. Dropped without a trace unless it is published.</summary>
internal sealed class TableBatch(TableWriter writer, TableBuilder builder, DirectoryCache? cache) : IDisposable
{
    private bool _isFull, _isPublished, _isOurs;

    /// <summary>What follows is a refresh (RFC 4533 3.3): entries in any order, possibly all of them.</summary>
    /// <param name="isFull">Everything is sent, whether it changed or not; else only what changed since the cookie.</param>
    public void BeginRefresh(bool isFull)
    {
        _isFull = isFull;
        builder.BeginRefresh(isFull);
        if (isFull)
            cache?.BeginFull();
    }

    /// <param name="complete">Below these names (normal forms) what was neither pushed nor named as present is gone.</param>
    public void EndRefresh(IReadOnlyList<string> complete) => builder.EndRefresh(complete);

    public void StillPresent(EntryId id) => builder.StillPresent(id);

    public void Upsert(EntryId id, LdapEntry entry)
    {
        if (builder.Upsert(id, entry) || (_isFull && cache is { WantsEverything: true }))
            cache?.Add(id, entry);
    }

    /// <summary>As <see cref="Upsert"/>, but nobody said that something changed: an entry that shows nothing new is no sign of a new password.</summary>
    public void SeeAgain(EntryId id, LdapEntry entry)
    {
        if (builder.Differs(id, entry))
            Upsert(id, entry);
        else
            builder.StillPresent(id);
    }

    public bool HasChanges => builder.HasChanges;

    /// <inheritdoc cref="TableBuilder.Delete"/>
    public void Delete(EntryId id, string within = "") => builder.Delete(id, within);

    /// <summary>Held removals take effect: of all, or of one domain. The directory says nothing by it: the table grows no younger.</summary>
    public void AcceptHeld(EntryId? domain)
    {
        _isOurs = true;
        builder.AcceptHeld(domain);
    }

    /// <summary>In force when this returns.</summary>
    /// <param name="cookie">Where the next session may resume.</param>
    public void Publish(byte[]? cookie)
    {
        writer.Publish(builder, cookie, _isOurs ? writer.LastInStep : writer.Clock.GetUtcNow());
        _isPublished = true;
    }

    public void Dispose() => writer.End(_isPublished);
}

using DirMail.Mail;

namespace DirMail.Routing.Table;

/// <summary>What a refresh named, and so what it did not: that is gone where the refresh was complete.</summary>
internal sealed class Presence(Draft draft)
{
    private HashSet<EntryId>? _seen;
    private IReadOnlyList<string> _complete = [];

    /// <summary>Something may be found gone.</summary>
    public bool IsComplete => _complete.Count > 0;

    /// <summary>Where nothing was, nothing can be gone.</summary>
    public void Begin() => _seen = draft.Entries.Count + draft.Domains.Count == 0 ? null : [];

    public void See(EntryId id) => _seen?.Add(id);

    public void Unsee(EntryId id) => _seen?.Remove(id);

    /// <param name="complete">Normal forms of the names below which everything was named.</param>
    public void End(IReadOnlyList<string> complete) => _complete = complete;

    public IEnumerable<EntryId> Unseen => _seen is null || !IsComplete ? []
        : draft.Entries.Items.Where(row => !_seen.Contains(row.Id) && IsNamedIn(row.DnKey)).Select(static row => row.Id)
            .Concat(draft.Domains.Items.Where(node => !_seen.Contains(node.Id) && IsNamedIn(node.Facts.DnKey)).Select(static node => node.Id));

    private bool IsNamedIn(string dnKey) => _complete.Any(name => DnKeys.IsWithin(dnKey, name));
}

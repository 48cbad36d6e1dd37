using DirMail.Ldap;
using DirMail.Ldap.Ldif;
using DirMail.Routing.Table;

namespace DirMail.Routing;

/// <summary>Goes through LDIF as a load would, and only looks. What the directory's access rules would say is not known before it is tried.</summary>
internal sealed class LdifCheck(DirectorySession session, LdifLoad load)
{
    private const int MaxRemembered = 100_000;

    private readonly LdifTally _tally = new(load);
    private readonly NameSet _made = new();
    private readonly NameSet _gone = new();
    private readonly Dictionary<string, bool> _inDirectory = [];
    private readonly TableSettings _table = TableSettings.From(session.Settings, TimeProvider.System);

    public async Task<LdifCounts> RunAsync(CancellationToken cancellationToken)
    {
        PublishedSchema schema = await SchemaAsync(cancellationToken);
        foreach ((string file, LdifItem item) in new LdifSource(load, LdifPhase.Checking).Read().Concat(StandardInput()))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (item is LdifItem.Error error)
                _tally.Fault(file, error.Line, error.Reason);
            else if (item is LdifItem.Read { Record: var record })
                await CheckAsync(schema, file, record, cancellationToken);
        }
        return _tally.Counts;
    }

    /// <summary>The first pass of a load leaves it out; here it is the only one.</summary>
    private IEnumerable<(string, LdifItem)> StandardInput() =>
        load.Files.Contains("-") ? new LdifSource(load with { Files = ["-"] }, LdifPhase.Loading).Read() : [];

    private async Task CheckAsync(PublishedSchema schema, string file, LdifRecord record, CancellationToken cancellationToken)
    {
        string[] faults = [.. SchemaFaults(schema, record), .. await PlaceFaultsAsync(record, cancellationToken)];
        foreach (string fault in faults)
            _tally.Fault(file, record.Line, $"{record.Dn}: {fault}");
        foreach (string problem in Problems(record))
            _tally.Problem(file, record.Line, $"{record.Dn}: {problem}");
        if (faults.Length == 0)
            _tally.Done(record);
    }

    private static IEnumerable<string> SchemaFaults(PublishedSchema schema, LdifRecord record) => record switch
    {
        LdifRecord.Content content => schema.Faults(content.Dn, content.Attributes),
        LdifRecord.Add add => schema.Faults(add.Dn, add.Attributes),
        LdifRecord.Modify modify => modify.Changes.Select(c => c.Attribute.Description).Where(a => !schema.Knows(a)).Select(a => $"the directory knows no attribute {a}"),
        _ => [],
    };

    private async Task<IReadOnlyList<string>> PlaceFaultsAsync(LdifRecord record, CancellationToken cancellationToken)
    {
        switch (record)
        {
            case LdifRecord.Content or LdifRecord.Add:
                return await NewPlaceAsync(record.Dn, cancellationToken);
            case LdifRecord.ModifyDn move:
                string? missing = await IsThereAsync(move.Dn, cancellationToken) ? null : "is not there";
                Leave(move.Dn);
                return [.. missing is null ? (string[])[] : [missing], .. await NewPlaceAsync(move.NewRdn.Under(move.NewSuperior ?? move.Dn.Parent ?? Dn.Root), cancellationToken)];
            default:
                bool isThere = await IsThereAsync(record.Dn, cancellationToken);
                if (record is LdifRecord.Delete)
                    Leave(record.Dn);
                return isThere ? [] : ["is not there"];
        }
    }

    private async Task<IReadOnlyList<string>> NewPlaceAsync(Dn dn, CancellationToken cancellationToken)
    {
        bool isMade = _made.Has(dn.Normal) && !_gone.Has(dn.Normal);
        _made.Add(dn.Normal);
        if (isMade)
            return ["is twice in these files"];
        if (dn.Parent is { IsRoot: false } parent && !dn.Equals(session.Root) && !await IsThereAsync(parent, cancellationToken))
            return [$"its parent {parent} is neither in the directory nor before it in these files"];
        // below an entry that these files make there can be nothing yet
        return dn.Parent is { } above && _made.Has(above.Normal) || !await InDirectoryAsync(dn, cancellationToken) ? [] : ["is already in the directory"];
    }

    private void Leave(Dn dn) => _gone.Add(dn.Normal);

    private async Task<bool> IsThereAsync(Dn dn, CancellationToken cancellationToken) =>
        _made.Has(dn.Normal) || (!_gone.Has(dn.Normal) && await InDirectoryAsync(dn, cancellationToken));

    /// <summary>Asked once for each name, as most entries share few parents.</summary>
    private async Task<bool> InDirectoryAsync(Dn dn, CancellationToken cancellationToken)
    {
        if (_inDirectory.TryGetValue(dn.Normal, out bool known))
            return known;
        if (_inDirectory.Count >= MaxRemembered)
            _inDirectory.Clear();
        return _inDirectory[dn.Normal] = await session.ReadAsync(dn, cancellationToken, "1.1") is not null;
    }

    private IEnumerable<string> Problems(LdifRecord record) => record switch
    {
        LdifRecord.Content content => Problems(content.Dn, content.Attributes),
        LdifRecord.Add add => Problems(add.Dn, add.Attributes),
        _ => [],
    };

    private IEnumerable<string> Problems(Dn dn, IReadOnlyList<LdapAttribute> attributes) =>
        EntryProblems.Of(new LdapEntry(dn, attributes), _table).Select(p => $"{p.Attribute}: {p.Text}");

    /// <summary>The directory's own; where it shows none, the one that comes with DirMail.</summary>
    private async Task<PublishedSchema> SchemaAsync(CancellationToken cancellationToken)
    {
        LdapEntry? top = await session.ReadAsync(Dn.Root, cancellationToken, "subschemaSubentry");
        if (top?.First("subschemaSubentry") is { } text && Dn.TryParse(text, out Dn? dn)
            && await session.ReadAsync(dn!, cancellationToken, "attributeTypes", "objectClasses") is { } entry && entry.All("objectClasses").Any())
            return PublishedSchema.Read(entry.All("attributeTypes"), entry.All("objectClasses"));
        return PublishedSchema.DirMail;
    }
}

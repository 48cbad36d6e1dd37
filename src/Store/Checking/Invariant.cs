namespace DirMail.Store.Checking;

/// <summary>Something that must hold between rows.</summary>
/// <param name="Broken">What it is called when it does not.</param>
/// <param name="Sql">A query for the rows that break it; its one column says which.</param>
internal sealed record Invariant(string Broken, string Sql)
{
    /// <summary>What mending does, in words; null: nothing can be done from what the store holds.</summary>
    public string? Mended { get; init; }

    /// <summary>Statements that mend it, in order.</summary>
    public IReadOnlyList<string> Mend { get; init; } = [];
}

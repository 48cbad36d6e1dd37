namespace DirMail.Transfer;

/// <summary>How many there are of each; of what there are none nothing is kept.</summary>
public sealed class Counts<TKey> where TKey : notnull
{
    private readonly Dictionary<TKey, int> _counts = [];

    /// <summary>Of how many there are any.</summary>
    public int Kinds => _counts.Count;

    public int this[TKey key] => _counts.GetValueOrDefault(key);

    public void Change(TKey key, int by)
    {
        int count = _counts.GetValueOrDefault(key) + by;
        if (count == 0)
            _counts.Remove(key);
        else
            _counts[key] = count;
    }
}

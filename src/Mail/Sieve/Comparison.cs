using System.Collections.Immutable;
using System.Globalization;

namespace DirMail.Mail.Sieve;

internal enum MatchType
{
    Is,
    Contains,
    Matches,

    /// <summary>By <see cref="Relation"/> (RFC 5231).</summary>
    Value,

    /// <summary>How many there are, by <see cref="Relation"/>.</summary>
    Count,
}

internal enum Relation
{
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

/// <summary>How values of a message are compared with the keys of a test: true when any of them fits any key (RFC 5228 2.7).</summary>
internal sealed class Comparison
{
    private readonly MatchType _type;
    private readonly Comparator _comparator;
    private readonly Relation _relation;
    private readonly ImmutableArray<string> _keys;
    private readonly ImmutableArray<Pattern> _patterns;

    public Comparison(MatchType type, Comparator comparator, Relation relation, ImmutableArray<string> keys)
    {
        (_type, _comparator, _relation) = (type, comparator, relation);
        _keys = [.. keys.Select(comparator.Normal)];
        _patterns = type == MatchType.Matches ? [.. _keys.Select(static key => new Pattern(key))] : [];
    }

    public bool AnyFits(SieveRun run, IReadOnlyCollection<string> values)
    {
        if (_type == MatchType.Count)
            return AnyKey(run, values.Count.ToString(CultureInfo.InvariantCulture));
        foreach (string value in values)
            if (run.IsRunning && AnyKey(run, _comparator.Normal(value)))
                return true;
        return false;
    }

    private bool AnyKey(SieveRun run, string value)
    {
        for (int i = 0; i < _keys.Length; i++)
            if (run.Spend(1 + value.Length) && Fits(run, value, i))
                return true;
        return false;
    }

    private bool Fits(SieveRun run, string value, int key) => _type switch
    {
        MatchType.Is => _comparator.Compare(value, _keys[key]) == 0,
        // a search may begin anew at each character
        MatchType.Contains => run.Spend((long)value.Length * _keys[key].Length / 16) && value.Contains(_keys[key], StringComparison.Ordinal),
        MatchType.Matches => _patterns[key].Fits(value, run),
        _ => Holds(_comparator.Compare(value, _keys[key])),
    };

    private bool Holds(int order) => _relation switch
    {
        Relation.Equal => order == 0,
        Relation.NotEqual => order != 0,
        Relation.Greater => order > 0,
        Relation.GreaterOrEqual => order >= 0,
        Relation.Less => order < 0,
        _ => order <= 0,
    };
}

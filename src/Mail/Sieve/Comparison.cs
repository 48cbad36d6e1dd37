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
internal sealed class Comparison(MatchType type, Comparator comparator, Relation relation, ImmutableArray<Template> keys)
{
    /// <summary>Where nothing in the keys varies, made ready once.</summary>
    private readonly Key[]? _ready = keys.All(static key => key.Literal is not null) ? Ready(keys.Select(static key => key.Literal!), type, comparator) : null;

    public bool Counts => type == MatchType.Count;

    public bool AnyFits(SieveRun run, IReadOnlyCollection<string> values) => AnyFits(run, values, _ready ?? Ready(Template.In(keys, run), type, comparator));

    /// <summary>Of keys that hold several words, any of them.</summary>
    public bool AnyWordFits(SieveRun run, IReadOnlyCollection<string> values) => AnyFits(run, values, Ready(MessageFlagNames.Words(Template.In(keys, run)), type, comparator));

    private static Key[] Ready(IEnumerable<string> keys, MatchType type, Comparator comparator) =>
        [.. keys.Select(comparator.Normal).Select(key => new Key(key, type == MatchType.Matches ? new Pattern(key) : null))];

    private bool AnyFits(SieveRun run, IReadOnlyCollection<string> values, Key[] ready)
    {
        foreach (string value in Counts ? [values.Count.ToString(CultureInfo.InvariantCulture)] : values)
        {
            string normal = comparator.Normal(value);
            foreach (Key key in ready)
                if (run.Spend(1 + value.Length) && Fits(run, normal, value, key))
                    return true;
            if (!run.IsRunning)
                return false;
        }
        return false;
    }

    private bool Fits(SieveRun run, string normal, string value, Key key) => type switch
    {
        MatchType.Is => comparator.Compare(normal, key.Text) == 0,
        // a search may begin anew at each character
        MatchType.Contains => run.Spend((long)normal.Length * key.Text.Length / 16) && normal.Contains(key.Text, StringComparison.Ordinal),
        MatchType.Matches => key.Pattern!.Fits(normal, value, run),
        _ => Holds(comparator.Compare(normal, key.Text)),
    };

    private bool Holds(int order) => relation switch
    {
        Relation.Equal => order == 0,
        Relation.NotEqual => order != 0,
        Relation.Greater => order > 0,
        Relation.GreaterOrEqual => order >= 0,
        Relation.Less => order < 0,
        _ => order <= 0,
    };

    private readonly record struct Key(string Text, Pattern? Pattern);
}

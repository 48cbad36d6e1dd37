using System.Collections.Immutable;

namespace DirMail.Routing.Table;

/// <summary>Gathers reasons while something is decided; without one the deciding code records nothing, and allocates nothing for it.</summary>
internal sealed class ReasonLog
{
    private readonly List<Reason> _reasons = [];

    public int Level { get; set; }

    public void Add(string dn, string attribute, string value, string meaning, Hop? hop = null) => _reasons.Add(new(dn, attribute, value, meaning) { Level = Level, Hop = hop });

    public ImmutableArray<Reason> ToImmutable() => [.. _reasons];
}

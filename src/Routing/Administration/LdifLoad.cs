namespace DirMail.Routing;

/// <summary>LDIF to be loaded.</summary>
/// <param name="Files">In this order; "-" reads <see cref="StandardInput"/>.</param>
public sealed record LdifLoad(IReadOnlyList<string> Files)
{
    public TextReader StandardInput { get; init; } = TextReader.Null;

    /// <summary>Goes on after a record that cannot be read or is refused; else the first ends the load.</summary>
    public bool GoesOn { get; init; }

    public IProgress<LdifProgress>? Progress { get; init; }

    /// <summary>Told each record that is not loaded, and by a check each problem, in the order of the files.</summary>
    public Action<LdifFault>? Fault { get; init; }
}

/// <param name="TotalOctets">Null: not known, as of standard input.</param>
public readonly record struct LdifProgress(LdifPhase Phase, long Records, long Octets, long? TotalOctets);

public enum LdifPhase
{
    /// <summary>Read once through, so that an unreadable file changes nothing.</summary>
    Checking,

    Loading,
    Exporting,
}

/// <summary>A record that was not loaded, or would not be, or that DirMail has something to say about.</summary>
public sealed record LdifFault(string File, int Line, string Reason)
{
    public override string ToString() => $"{File}, line {Line}: {Reason}";
}

/// <summary>What came of a load.</summary>
public sealed record LdifCounts
{
    public long Added { get; init; }
    public long Changed { get; init; }
    public long Removed { get; init; }
    public long Renamed { get; init; }

    /// <summary>Not loaded, each of them told.</summary>
    public long Faults { get; init; }

    /// <summary>Of a check: what a load would take, and DirMail has something to say about.</summary>
    public long Problems { get; init; }

    public long Done => Added + Changed + Removed + Renamed;
}

using System.Diagnostics.Metrics;

namespace DirMail.Ldap.Tree;

/// <summary>Instruments of the embedded directory, in the meter of this assembly.</summary>
internal static class TreeMetrics
{
    private static readonly Meter s_meter = new("DirMail.Ldap");

    public static Counter<long> Writes { get; } = s_meter.CreateCounter<long>("dirmail.directory.writes", "{write}", "Changes made in the embedded directory");

    public static Counter<long> Searches { get; } = s_meter.CreateCounter<long>("dirmail.directory.searches", "{search}", "Searches in the embedded directory");

    /// <summary>Tag "result": success or failure.</summary>
    public static Counter<long> Binds { get; } = s_meter.CreateCounter<long>("dirmail.directory.binds", "{bind}", "Password checks by the embedded directory");
}

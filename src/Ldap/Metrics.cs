using System.Diagnostics;
using System.Diagnostics.Metrics;
using DirMail.Ldap.Codec;

namespace DirMail.Ldap;

/// <summary>What the client does, for all connections of the process.</summary>
internal static class Metrics
{
    private const string Name = "DirMail.Ldap";
    private static readonly Meter Meter = new(Name);

    public static ActivitySource Traces { get; } = new(Name);

    public static UpDownCounter<int> Connections { get; } =
        Meter.CreateUpDownCounter<int>("dirmail.ldap.connections", "{connection}", "Open connections to directories");

    public static Counter<long> OctetsSent { get; } = Meter.CreateCounter<long>("dirmail.ldap.sent", "By", "Octets sent to directories");

    public static Counter<long> OctetsReceived { get; } = Meter.CreateCounter<long>("dirmail.ldap.received", "By", "Octets of messages received from directories");

    public static Counter<long> Entries { get; } = Meter.CreateCounter<long>("dirmail.ldap.entries", "{entry}", "Entries received from searches");

    /// <summary>Tags: operation; outcome success, refused (a result other than success) or failed (no result).</summary>
    public static Histogram<double> Operations { get; } =
        Meter.CreateHistogram<double>("dirmail.ldap.operations", "s", "Time of directory operations from request to result");

    public static string NameOf(LdapOperation request) => request switch
    {
        LdapOperation.BindRequest => "ldap bind",
        LdapOperation.AddRequest => "ldap add",
        LdapOperation.ModifyRequest => "ldap modify",
        LdapOperation.DeleteRequest => "ldap delete",
        LdapOperation.ModifyDnRequest => "ldap modifydn",
        LdapOperation.CompareRequest => "ldap compare",
        _ => "ldap extended",
    };
}

using System.Diagnostics.Metrics;

namespace DirMail.Wire;

/// <summary>What an operator watches of sockets, TLS and DNS. Tags come from closed sets: listener names, statuses, reasons.</summary>
internal static class Metrics
{
    private static readonly Meter Meter = new("DirMail.Wire");

    private static readonly UpDownCounter<long> OpenConnections = Meter.CreateUpDownCounter<long>("dirmail.wire.connections.open", "{connection}", "Accepted connections open now");
    private static readonly Counter<long> AcceptedConnections = Meter.CreateCounter<long>("dirmail.wire.connections.accepted", "{connection}", "Connections accepted");
    private static readonly Counter<long> RefusedConnections = Meter.CreateCounter<long>("dirmail.wire.connections.refused", "{connection}", "Connections closed at once because of a limit");
    private static readonly Counter<long> DialledConnections = Meter.CreateCounter<long>("dirmail.wire.connections.dialled", "{connection}", "Outgoing connections tried, by result");
    private static readonly Counter<long> Handshakes = Meter.CreateCounter<long>("dirmail.wire.tls.handshakes", "{handshake}", "TLS handshakes, by side and result");
    private static readonly Counter<long> Queries = Meter.CreateCounter<long>("dirmail.wire.dns.queries", "{query}", "DNS questions asked, by type and status");

    public static void Accepted(string listener)
    {
        AcceptedConnections.Add(1, new KeyValuePair<string, object?>("listener", listener));
        OpenConnections.Add(1, new KeyValuePair<string, object?>("listener", listener));
    }

    public static void Ended(string listener) => OpenConnections.Add(-1, new KeyValuePair<string, object?>("listener", listener));

    public static void Refused(string listener, ConnectionRefusal reason) =>
        RefusedConnections.Add(1, new("listener", listener), new("reason", reason switch { ConnectionRefusal.Total => "total", ConnectionRefusal.Client => "client", _ => "domain" }));

    public static void ProxyRefused(string listener) => RefusedConnections.Add(1, new("listener", listener), new("reason", "proxy"));

    public static void Dialled(string result) => DialledConnections.Add(1, new KeyValuePair<string, object?>("result", result));

    public static void Handshake(string side, bool succeeded) => Handshakes.Add(1, new("side", side), new("result", succeeded ? "ok" : "failed"));

    public static void Query(string type, DnsStatus status) => Queries.Add(1, new("type", type), new("status", status.ToString()));
}

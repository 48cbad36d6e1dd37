using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace DirMail.Routing;

/// <summary>What an operator watches of the directory and of logins.</summary>
internal static class Metrics
{
    public static readonly ActivitySource Activities = new("DirMail.Routing");
    private static readonly Meter Meter = new("DirMail.Routing");

    private static readonly Gauge<int> Domains = Meter.CreateGauge<int>("dirmail.routing.domains", "{domain}", "Hosted domains in the table in force");
    private static readonly Gauge<int> Users = Meter.CreateGauge<int>("dirmail.routing.users", "{user}", "Users in the table in force");
    private static readonly Gauge<long> Number = Meter.CreateGauge<long>("dirmail.routing.table", "{table}", "Number of the table in force");
    private static readonly Histogram<double> ApplySeconds = Meter.CreateHistogram<double>("dirmail.routing.apply.duration", "s", "From the first pushed entry of a batch to the table in force");
    private static readonly Counter<long> Connects = Meter.CreateCounter<long>("dirmail.routing.directory.connects", "{connection}", "Connections to the directory tried, by result");
    private static readonly Counter<long> Logins = Meter.CreateCounter<long>("dirmail.routing.logins", "{login}", "Logins checked, by service and result");

    private static Func<double> _age = () => 0;

    static Metrics() => Meter.CreateObservableGauge("dirmail.routing.age", () => _age(), "s", "Time since the table was last known to be what the directory says; 0 while connected");

    public static void AgeIs(Func<double> age) => _age = age;

    public static void Applied(RoutingTable table, TimeSpan time)
    {
        Domains.Record(table.DomainCount);
        Users.Record(table.UserCount);
        Number.Record(table.Number);
        ApplySeconds.Record(time.TotalSeconds);
    }

    public static void Connected(bool succeeded) => Connects.Add(1, new KeyValuePair<string, object?>("result", succeeded ? "ok" : "failed"));

    public static void Login(string service, string result) => Logins.Add(1, new("service", service), new("result", result));
}

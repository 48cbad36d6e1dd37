using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace DirMail.Admin;

internal static class Metrics
{
    public static readonly ActivitySource Source = new("DirMail.Admin");

    private static readonly Meter Meter = new("DirMail.Admin");
    private static readonly Counter<long> Requests = Meter.CreateCounter<long>("dirmail.admin.requests", "{request}", "Requests answered on the control socket, by status code");

    public static void Answered(int statusCode) => Requests.Add(1, new KeyValuePair<string, object?>("status", statusCode));
}

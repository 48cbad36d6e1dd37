using System.Globalization;
using System.Net;
using System.Text;
using Xunit;

namespace DirMail.Interop;

/// <summary>OTEL_EXPORTER_OTLP_ENDPOINT is all that it takes: metrics, traces and logs of a message come out over OTLP (HTTP).</summary>
public sealed class TelemetryTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_message_is_seen_in_metrics_traces_and_logs()
    {
        string endpoint = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Take()}/");
        using var collector = new HttpListener { Prefixes = { endpoint } };
        collector.Start();
        using var setup = new ServerSetup();
        await using ServerProcess server = await ServerProcess.StartAsync(setup,
            ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_METRIC_EXPORT_INTERVAL", "300"), ("OTEL_BSP_SCHEDULE_DELAY", "300"));
        string port = setup.Smtp.ToString(CultureInfo.InvariantCulture);
        Assert.Equal(0, (await Program.RunAsync("swaks", ["--server", "127.0.0.1", "--port", port, "--from", "friend@remote.test", "--to", "alice@bcd.com"])).ExitCode);

        var missing = new HashSet<string> { "/v1/metrics dirmail.transfer.messages", "/v1/metrics dirmail.store.commit.duration", "/v1/metrics dirmail.routing.age", "/v1/traces DirMail.Transfer", "/v1/traces DirMail.Store", "/v1/logs DirMail.Trail" };
        using var limit = new CancellationTokenSource(Soon);
        while (missing.Count > 0)
        {
            HttpListenerContext request = await collector.GetContextAsync().WaitAsync(limit.Token);
            using var reader = new StreamReader(request.Request.InputStream, Encoding.Latin1);
            string body = await reader.ReadToEndAsync(limit.Token);
            missing.RemoveWhere(wanted => wanted.StartsWith(request.Request.Url!.AbsolutePath + " ", StringComparison.Ordinal) && body.Contains(wanted.Split(' ')[1], StringComparison.Ordinal));
            request.Response.Close();
        }
    }
}

using DirMail.Settings;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace DirMail.Serve;

/// <summary>
/// Logs to standard error, and metrics, traces and logs over OTLP when OTEL_EXPORTER_OTLP_ENDPOINT is set. Each project has a meter and an activity source
/// named after its assembly.
/// </summary>
internal sealed class Telemetry : IDisposable
{
    private readonly MeterProvider? _metrics;
    private readonly TracerProvider? _traces;

    public Telemetry(LogSettings settings)
    {
        bool export = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT"));
        ResourceBuilder resource = ResourceBuilder.CreateDefault().AddService("dirmail");
        Loggers = LoggerFactory.Create(logging => Configure(logging, settings, export ? resource : null));
        if (!export)
            return;
        _metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter("DirMail.*").AddOtlpExporter().Build();
        _traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource("DirMail.*").AddOtlpExporter().Build();
    }

    public ILoggerFactory Loggers { get; }

    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
        Loggers.Dispose();
    }

    private static void Configure(ILoggingBuilder logging, LogSettings settings, ResourceBuilder? export)
    {
        logging.SetMinimumLevel(Enum.Parse<LogLevel>(settings.Level.ToString()));
        // Kestrel's own words about the control socket are of no use to an operator
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        if (settings.Format == LogFormat.Json)
            logging.AddJsonConsole(json => json.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ");
        else
            logging.AddSimpleConsole(Plain);
        if (export is not null)
            logging.AddOpenTelemetry(otel => otel.SetResourceBuilder(export).AddOtlpExporter());
    }

    private static void Plain(SimpleConsoleFormatterOptions text)
    {
        text.SingleLine = true;
        text.UseUtcTimestamp = true;
        text.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        text.ColorBehavior = LoggerColorBehavior.Disabled;
    }
}

using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace DirMail.Unit.Transfer;

/// <summary>A logger whose lines a test can wait for.</summary>
internal sealed class Logs : ILogger
{
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    public ChannelReader<string> Lines => _lines.Reader;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Writer.TryWrite(formatter(state, exception));
}

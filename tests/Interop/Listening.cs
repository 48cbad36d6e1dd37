using System.Diagnostics;
using System.Text;

namespace DirMail.Interop;

/// <summary>A program that keeps running and printing, like a persistent search. Ended by its process id.</summary>
internal sealed class Listening : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Process _process;

    private Listening(Process process) => _process = process;

    public static Listening Start(string name, IEnumerable<string> arguments) => new(Program.Start(new(name, arguments) { RedirectStandardOutput = true }));

    /// <summary>Reads on until a line holds the text; the test fails with all that was printed when the program ends, or says nothing for too long.</summary>
    public async Task UntilAsync(string text)
    {
        using var limit = new CancellationTokenSource(Limit);
        var said = new StringBuilder();
        try
        {
            while (await _process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            {
                said.AppendLine(line);
                if (line.Contains(text, StringComparison.Ordinal))
                    return;
            }
        }
        catch (OperationCanceledException)
        {
            // told below
        }
        throw new InvalidOperationException($"'{text}' was never printed, only: {said}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}

using System.Diagnostics;
using Xunit;

namespace DirMail.Interop;

/// <summary>Runs a real program to its end, with a time limit, and gives what it printed and its exit code. A program that is missing fails the test and names its Debian package.</summary>
internal static class Program
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public static async Task<Printed> RunAsync(string name, IEnumerable<string> arguments, string input = "", params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(name, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string variable, string value) in environment)
            start.Environment[variable] = value;
        using Process process = Start(start);
        using var limit = new CancellationTokenSource(Limit);
        Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token), error = process.StandardError.ReadToEndAsync(limit.Token);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{name} did not end within {Limit}");
        }
        return new(process.ExitCode, await output, await error);
    }

    /// <summary>The same for a program that has to succeed.</summary>
    public static async Task DoAsync(string name, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        Printed printed = await RunAsync(name, arguments, "", environment);
        Assert.True(printed.ExitCode == 0, $"{name}: {printed.ExitCode}: {printed.All}");
    }

    /// <summary>A file of the repository, found from where the tests run.</summary>
    public static string File(string path)
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (System.IO.File.Exists(Path.Combine(folder, "DirMail.sln")))
                return Path.Combine(folder, path);
        throw new FileNotFoundException($"{path}: the tests run from the checkout");
    }

    internal static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new InvalidOperationException($"{start.FileName} is not installed: ./test installs what the tests need");
        }
    }
}

internal sealed record Printed(int ExitCode, string Output, string Error)
{
    public string All => Output + Error;
}

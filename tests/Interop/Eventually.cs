using Xunit;

namespace DirMail.Interop;

/// <summary>Looks again until what a test waits for is seen; a test says what must come to be, never how fast this machine is.</summary>
internal static class Eventually
{
    /// <summary>How long anything is waited for that must come.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <returns>What was seen; the test fails with the last look when it never came.</returns>
    public static async Task<T> SeesAsync<T>(Func<Task<T>> lookAsync, Func<T, bool> isSo)
    {
        long end = Environment.TickCount64 + (long)Limit.TotalMilliseconds;
        T seen = await lookAsync();
        while (!isSo(seen))
        {
            Assert.True(Environment.TickCount64 < end, $"still: {seen}");
            await Task.Delay(20);
            seen = await lookAsync();
        }
        return seen;
    }

    public static Task<string> StartsAsync(string expected, Func<Task<string>> lookAsync) => SeesAsync(lookAsync, seen => seen.StartsWith(expected, StringComparison.Ordinal));
}

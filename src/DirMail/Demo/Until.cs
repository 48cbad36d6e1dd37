namespace DirMail.Demo;

/// <summary>Looks again until what was hoped for is seen, at most five seconds; gives what was seen last.</summary>
internal static class Until
{
    public static async Task<T> TrueAsync<T>(Func<Task<T>> lookAsync, Func<T, bool> isSo, CancellationToken cancellationToken)
    {
        long end = Environment.TickCount64 + 5000;
        T seen = await lookAsync();
        while (!isSo(seen) && Environment.TickCount64 < end)
        {
            await Task.Delay(20, cancellationToken);
            seen = await lookAsync();
        }
        return seen;
    }
}

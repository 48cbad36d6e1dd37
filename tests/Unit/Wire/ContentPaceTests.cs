using DirMail.Wire;

namespace DirMail.Unit.Wire;

public sealed class ContentPaceTests
{
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(5), Second = TimeSpan.FromSeconds(1);

    /// <summary>One octet a second: 300 seconds, and a hundredth more for what came.</summary>
    [Fact]
    public void Who_drips_is_cut_off_soon_after_the_idle_time()
    {
        var pace = new ContentPace(Idle);
        int octets = 0;
        for (; pace.Patience > Second; octets++)
            pace.Waited(Second, 1);
        Assert.InRange(octets, 300, 304);
    }

    [Fact]
    public void Who_is_slow_but_steady_is_not()
    {
        var pace = new ContentPace(Idle);
        for (int i = 0; i < 100_000; i++)
            pace.Waited(Second, ContentPace.OctetsPerSecond);
        Assert.Equal(Idle, pace.Patience);
    }

    [Fact]
    public void No_piece_is_waited_for_longer_than_the_idle_time()
    {
        var pace = new ContentPace(Idle);
        pace.Waited(TimeSpan.Zero, 100_000_000);
        Assert.Equal(Idle, pace.Patience);
        pace.Waited(TimeSpan.FromDays(20), 0);
        Assert.Equal(TimeSpan.Zero, pace.Patience);
    }

    [Fact]
    public async Task A_connection_keeps_to_it()
    {
        await using Pair pair = await Pair.OpenAsync();
        Task<LineStatus> reading = pair.Ours.ReadExactlyAsync(1_000_000, static (_, _) => default, TimeSpan.FromMilliseconds(300), CancellationToken.None);
        // each octet comes well within the idle time, and all together at less than half of the pace
        while (!reading.IsCompleted)
        {
            await pair.SendAsync("x");
            await Task.WhenAny(reading, Task.Delay(25));
        }
        Assert.Equal(LineStatus.TimedOut, await reading);
    }
}

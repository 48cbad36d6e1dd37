using DirMail.Mail;

namespace DirMail.Unit.Mail;

public class IdsTests
{
    [Fact]
    public void Acceptance_ids_sort_by_time_as_text_and_as_numbers()
    {
        var clock = new SteppingClock();
        AcceptanceId[] ids = [.. Enumerable.Range(0, 1000).Select(_ => AcceptanceId.Next(clock))];
        Assert.Equal(ids, ids.OrderBy(static id => id.Value));
        Assert.Equal(ids, ids.OrderBy(static id => id.ToString(), StringComparer.Ordinal));
        Assert.All(ids, static id => Assert.Equal(13, id.ToString().Length));
        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    [Fact]
    public void Acceptance_ids_of_one_millisecond_are_all_different()
    {
        var clock = new StandingClock();
        var ids = new System.Collections.Concurrent.ConcurrentBag<AcceptanceId>();
        Parallel.For(0, 50_000, _ => ids.Add(AcceptanceId.Next(clock)));
        Assert.Equal(50_000, ids.Distinct().Count());
    }

    [Theory]
    [InlineData("5.1.1", true)]
    [InlineData("2.0.0", true)]
    [InlineData("4.999.999", true)]
    [InlineData("3.1.1", false)]
    [InlineData("5.1", false)]
    [InlineData("5..1", false)]
    [InlineData("5.1.", false)]
    [InlineData("5.1.1.1", false)]
    [InlineData("5.1000.1", false)]
    [InlineData("5.-1.1", false)]
    [InlineData("5.1.1 ", false)]
    [InlineData("", false)]
    public void Reads_enhanced_status(string text, bool isStatus)
    {
        Assert.Equal(isStatus, EnhancedStatus.TryParse(text, out EnhancedStatus status));
        if (isStatus)
            Assert.Equal(text, status.ToString());
    }

    private sealed class StandingClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddYears(30);
    }

    private sealed class SteppingClock : TimeProvider
    {
        private long milliseconds = 1_800_000_000_000;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(++milliseconds);
    }
}

using DirMail.Transfer;

namespace DirMail.Unit.Transfer;

public sealed class RetryScheduleTests
{
    [Theory]
    [InlineData(1, 0, 60)]
    [InlineData(2, 0, 300)]
    [InlineData(3, 0, 900)]
    [InlineData(4, 0, 1800)]
    [InlineData(5, 0, 3600)]
    [InlineData(6, 0, 7200)]
    [InlineData(7, 0, 7200)]
    [InlineData(500, 0, 7200)]
    [InlineData(1, 1, 66)]
    [InlineData(1, -1, 54)]
    [InlineData(6, 0.5, 7560)]
    public void Waits_longer_after_each_attempt(int attempts, double jitter, double seconds)
    {
        DateTimeOffset now = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
        Assert.Equal(now.AddSeconds(seconds), RetrySchedule.Next(new TransferSettings().Retry, attempts, now, jitter));
    }
}

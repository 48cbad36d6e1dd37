using System.Diagnostics;
using DirMail.Demo;

namespace DirMail.Unit.Executable;

public sealed class DemoSwitchingTests
{
    [Theory]
    [InlineData(0.003, "450 4.2.1 no after 3.0 ms")]
    [InlineData(0.257, "450 4.2.1 no after 257.0 ms (is this machine busy? 100 ms are promised)")]
    public void The_time_of_a_change_is_shown_and_decides_nothing(double seconds, string shown) =>
        Assert.Equal(new("RCPT", "450 4.2.1 within 100 ms", shown, AsExpected: true), Switching.Timed("RCPT", "450 4.2.1", "450 4.2.1 no", (long)(seconds * Stopwatch.Frequency)));

    [Fact]
    public void An_answer_that_did_not_change_is_a_failure() => Assert.False(Switching.Timed("RCPT", "450 4.2.1", "250 2.1.5 ok", 1).AsExpected);
}

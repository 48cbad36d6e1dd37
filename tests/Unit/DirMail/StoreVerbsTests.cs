using DirMail.Verbs;

namespace DirMail.Unit.Executable;

public sealed class StoreVerbsTests
{
    [Theory]
    [InlineData(0, false, "search index: 12 messages, 2.0 MB; nothing is left to be indexed")]
    [InlineData(5, false, "search index: 12 messages, 2.0 MB; 5 are still to be looked at")]
    [InlineData(5, true, "search index: 12 messages, 2.0 MB; 5 are still to be looked at, the first came 2026-03-01 12:00:00 UTC")]
    public void Tells_how_far_the_search_index_is(long lag, bool isKnown, string expected) =>
        Assert.Equal(expected, StoreVerbs.TextOf(new(12, lag, isKnown ? new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero) : null, 2 * 1024 * 1024)));
}

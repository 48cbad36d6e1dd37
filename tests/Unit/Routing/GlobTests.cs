using DirMail.Routing.Table;

namespace DirMail.Unit.Routing;

public sealed class GlobTests
{
    [Theory]
    [InlineData("x.com", "x.com", true)]
    [InlineData("x.com", "*.x.com", false)]
    [InlineData("a.x.com", "*.x.com", true)]
    [InlineData("a.b.x.com", "*.x.com", true)]
    [InlineData("siroe.org", "siroe.*", true)]
    [InlineData("siroe", "siroe.*", false)]
    [InlineData("abc", "a?c", true)]
    [InlineData("ac", "a?c", false)]
    [InlineData("anything", "*", true)]
    [InlineData("", "*", true)]
    [InlineData("abcabc", "*abc", true)]
    [InlineData("abcab", "*abc", false)]
    [InlineData("x.com", "", false)]
    public void Stars_stand_for_any_characters(string text, string pattern, bool fits) => Assert.Equal(fits, Glob.Fits(text, pattern));

    [Fact]
    public void A_pattern_of_many_stars_costs_little() => Assert.False(Glob.Fits(new string('a', 250), string.Concat(Enumerable.Repeat("*a", 120)) + "b"));
}

using DirMail.Mail;

namespace DirMail.Unit.Mail;

public class LanguagePreferenceTests
{
    private static readonly string[] s_available = ["fr", "en", "de-ch", "zh-hant"];

    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("fr", "fr")]
    [InlineData("FR", "fr")]
    [InlineData("fr-CA", "fr")]
    [InlineData("de", null)]
    [InlineData("de-CH", "de-ch")]
    [InlineData("zh-Hant-x-tw", "zh-hant")]
    [InlineData("es, en", "en")]
    [InlineData("en;q=0.5, fr;q=0.9", "fr")]
    [InlineData("en;q=0.5,fr ; q=0.2", "en")]
    [InlineData("fr;q=0, es", null)]
    [InlineData("*", null)]
    [InlineData(";;,,q=,-,--", null)]
    [InlineData("en;q=nonsense", "en")]
    public void The_first_that_is_there_is_chosen(string? preferred, string? expected) => Assert.Equal(expected, LanguagePreference.Choose(preferred, s_available));

    [Fact]
    public void A_long_list_costs_little() => Assert.Null(LanguagePreference.Choose(string.Join(',', Enumerable.Repeat("xx-" + new string('y', 50), 10_000)) + ",en", s_available));
}

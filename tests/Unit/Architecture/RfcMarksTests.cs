using System.Globalization;
using System.Text.RegularExpressions;

namespace DirMail.Unit.Architecture;

/// <summary>docs/rfc.md and the marks in the code ("RFC 9051 6.4.6") name the same documents.</summary>
public sealed partial class RfcMarksTests
{
    private static IReadOnlyDictionary<int, string> Page { get; } =
        Row().Matches(Checkout.Text("docs/rfc.md")).ToDictionary(row => int.Parse(row.Groups["number"].Value, CultureInfo.InvariantCulture), row => row.Groups["done"].Value);

    private static HashSet<int> Marks { get; } = [.. Checkout.Source.Values.SelectMany(NumbersIn)];

    [Fact]
    public void Every_mark_is_on_the_page() => Assert.Empty(Marks.Except(Page.Keys).Order());

    [Fact]
    public void What_is_done_is_marked_where_it_is_done() => Assert.Empty(Page.Where(row => row.Value != "no" && !Marks.Contains(row.Key)).Select(row => row.Key).Order());

    [Fact]
    public void The_page_is_in_order() => Assert.Equal(Page.Keys.Order(), Page.Keys);

    /// <summary>A row that says where names folders that are there.</summary>
    [Fact]
    public void The_places_are_there() => Assert.All(
        Row().Matches(Checkout.Text("docs/rfc.md")).SelectMany(row => Quoted().Matches(row.Groups["where"].Value)), place => Assert.True(Checkout.Has(place.Groups[1].Value), place.Value));

    /// <summary>"RFC 5321 4.2", and lists: "RFC 5321, 6409".</summary>
    private static IEnumerable<int> NumbersIn(string text) => Mark().Matches(text).SelectMany(mark => mark.Groups["number"].Captures).Select(number => int.Parse(number.Value, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"(?m)^\| (?<number>\d+) \| [^|]+ \| (?<done>yes|partial|no) \|(?<where>[^|]*)\|")]
    private static partial Regex Row();

    [GeneratedRegex(@"`([^`]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\bRFC (?<number>\d{3,4})\b(, (?<number>\d{4})\b)*")]
    private static partial Regex Mark();
}

using DirMail.Servers.Imap.Sharing;
using DirMail.Store;

namespace DirMail.Unit.Servers.Imap.Sharing;

public sealed class RightsTextTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("lrswipkxtea", "lrswipkxteacd")]
    [InlineData("artl", "lrtad")]
    [InlineData("c", "kc")]
    [InlineData("k", "kc")]
    [InlineData("d", "xted")]
    [InlineData("e", "ed")]
    [InlineData("llr", "lr")]
    public void Letters_are_read_in_any_order_and_the_old_ones_stand_beside_their_parts(string given, string told) => Assert.Equal(told, RightsText.Format(RightsText.Parse(given)!.Value));

    [Theory]
    [InlineData("q")]
    [InlineData("L")]
    [InlineData("l r")]
    [InlineData("0")]
    [InlineData("+")]
    public void What_is_no_right_is_not_passed_over(string given) => Assert.Null(RightsText.Parse(given));

    [Theory]
    [InlineData("s", SystemFlags.Seen, false)]
    [InlineData("t", SystemFlags.Deleted, false)]
    [InlineData("w", SystemFlags.Answered | SystemFlags.Flagged | SystemFlags.Draft, true)]
    [InlineData("lrixea", SystemFlags.None, false)]
    public void Each_flag_needs_its_right(string rights, SystemFlags system, bool keywords) => Assert.Equal(new FlagScope(system, keywords), FlagRights.Of(RightsText.Parse(rights)!.Value));

    [Theory]
    [InlineData("s", FlagChangeKind.Add, SystemFlags.Seen | SystemFlags.Deleted, "", false)]
    [InlineData("s", FlagChangeKind.Add, SystemFlags.Deleted, "", true)]
    [InlineData("s", FlagChangeKind.Remove, SystemFlags.None, "work", true)]
    [InlineData("w", FlagChangeKind.Remove, SystemFlags.None, "work", false)]
    [InlineData("s", FlagChangeKind.Replace, SystemFlags.Deleted, "", false)]
    [InlineData("lr", FlagChangeKind.Replace, SystemFlags.Seen, "", true)]
    [InlineData("lr", FlagChangeKind.Add, SystemFlags.None, "", false)]
    public void A_change_is_refused_when_nothing_of_it_may_be_done(string rights, FlagChangeKind kind, SystemFlags system, string keyword, bool refused) =>
        Assert.Equal(refused, FlagRights.Refuses(FlagRights.Of(RightsText.Parse(rights)!.Value), new(kind, new(system, keyword.Length > 0 ? [keyword] : []))));
}

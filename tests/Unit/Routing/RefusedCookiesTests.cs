using DirMail.Ldap;
using DirMail.Routing.Following;

namespace DirMail.Unit.Routing;

/// <summary>When a cookie is given up that the directory does not go on from.</summary>
public sealed class RefusedCookiesTests
{
    private const LdapResultCode Older = LdapResultCode.UnwillingToPerform;

    private readonly RefusedCookies _refused = new();

    [Fact]
    public void At_once_where_the_directory_asks_for_a_reload() => Assert.True(_refused.IsGivenUp(LdapResultCode.SyncRefreshRequired));

    /// <summary>One that lags behind others of its name catches up.</summary>
    [Fact]
    public void After_some_refusals_in_a_row_where_the_directory_is_older_than_the_cookie()
    {
        Assert.All(Enumerable.Range(0, 7), _ => Assert.False(_refused.IsGivenUp(Older)));
        Assert.True(_refused.IsGivenUp(Older));
        Assert.False(_refused.IsGivenUp(Older));
    }

    [Theory]
    [InlineData(LdapResultCode.Busy)]
    [InlineData(LdapResultCode.Unavailable)]
    [InlineData(LdapResultCode.NoSuchObject)]
    public void Not_for_other_troubles_which_break_the_row(LdapResultCode other)
    {
        for (int i = 0; i < 20; i++)
            Assert.False(_refused.IsGivenUp(i % 7 == 6 ? other : Older));
    }

    [Fact]
    public void Not_for_refusals_that_the_directory_went_on_after()
    {
        for (int i = 0; i < 20; i++)
        {
            Assert.False(_refused.IsGivenUp(Older));
            if (i % 7 == 6)
                _refused.Taken();
        }
    }
}

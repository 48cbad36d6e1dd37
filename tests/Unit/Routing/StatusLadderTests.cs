using DirMail.Mail;
using DirMail.Routing;
using static DirMail.Unit.Routing.ExampleDirectory;

namespace DirMail.Unit.Routing;

/// <summary>Every value at every place of the ladder (SCHEMA 3.3, 4.6): what mail is answered, what a login is, and what an entry below an upper state is.</summary>
public class StatusLadderTests
{
    private const string Bcd = "o=bcd.com,o=hosting";
    private const string Gone = "550 5.1.2";
    private const string GoneUser = "550 5.1.6";
    private static readonly string Alice = UserDn("alice", "bcd.com");

    private static readonly string[] Values = ["active", "inactive", "disabled", "deleted", "removed", "hold", "overquota", "unused", ""];
    private static readonly string[] Places = ["inetDomainStatus", "mailDomainStatus", "inetUserStatus", "mailUserStatus"];

    /// <summary>Rows as <see cref="Values"/>, columns as <see cref="Places"/>: the answer at RCPT.</summary>
    private static readonly string[][] Answers =
    [
        ["250", "250", "250", "250"],
        ["450 4.2.1", "450 4.2.1", "450 4.2.1", "450 4.2.1"],
        ["450 4.2.1", "550 5.2.1", "450 4.2.1", "550 5.2.1"],
        [Gone, Gone, GoneUser, GoneUser],
        ["450 4.2.1", Gone, "450 4.2.1", GoneUser],
        ["450 4.2.1", "250", "450 4.2.1", "250"],
        ["450 4.2.1", "452 4.2.2", "450 4.2.1", "452 4.2.2"],
        ["450 4.2.1", "450 4.2.1", "450 4.2.1", "450 4.2.1"],
        ["250", "250", "250", "250"],
    ];

    private static readonly MailStatus[] OpenForLogins = [MailStatus.Active, MailStatus.Overquota];

    [Fact]
    public void Each_value_at_each_place_answers_as_the_table_says()
    {
        ExampleDirectory directory = Load();
        foreach ((string value, int row) in Values.Select((value, row) => (value, row)))
            foreach ((string place, int column) in Places.Select((place, column) => (place, column)))
                foreach (string spelling in Spellings(value))
                {
                    string dn = column < 2 ? Bcd : Alice;
                    directory.Set(dn, place, spelling);
                    Assert.True(ResolveTests.Answer(directory, "alice@bcd.com").StartsWith(Answers[row][column], StringComparison.Ordinal), $"{place}: {spelling}");
                    directory.Set(dn, place);
                }
        Assert.StartsWith("250", ResolveTests.Answer(directory, "alice@bcd.com"));
    }

    [Fact]
    public void The_first_place_that_is_not_active_decides_whatever_the_others_say()
    {
        ExampleDirectory directory = Load();
        for (int upper = 0; upper < Places.Length; upper++)
            for (int lower = upper + 1; lower < Places.Length; lower++)
            {
                directory.Set(upper < 2 ? Bcd : Alice, Places[upper], "inactive");
                directory.Set(lower < 2 ? Bcd : Alice, Places[lower], "deleted");
                Assert.StartsWith("450 4.2.1", ResolveTests.Answer(directory, "alice@bcd.com"));
                directory.Set(upper < 2 ? Bcd : Alice, Places[upper], "active");
                Assert.StartsWith(lower < 2 ? Gone : GoneUser, ResolveTests.Answer(directory, "alice@bcd.com"));
                directory.Set(lower < 2 ? Bcd : Alice, Places[lower]);
            }
    }

    [Fact]
    public void Only_an_active_or_full_account_may_log_in()
    {
        foreach (MailStatus status in Enum.GetValues<MailStatus>())
            Assert.Equal(OpenForLogins.Contains(status), StatusLadder.LoginRefusal(status) is null);
    }

    [Theory]
    [InlineData("active", "250")]
    [InlineData("inactive", "450 4.2.1")]
    [InlineData("disabled", "550 5.2.1")]
    [InlineData("deleted", "550 5.1.6")]
    [InlineData("removed", "550 5.1.6")]
    [InlineData("hold", "250")]
    [InlineData("overquota", "450 4.2.1")]
    [InlineData("unused", "450 4.2.1")]
    public void A_group_has_a_state_of_its_own(string value, string answer)
    {
        ExampleDirectory directory = Load();
        directory.AddGroup("crew", "bcd.com", ("uniqueMember", Alice), ("inetMailGroupStatus", value));
        Assert.StartsWith(answer, ResolveTests.Answer(directory, "crew@bcd.com"));
    }

    [Fact]
    public void Several_values_where_one_is_meant_are_inactive()
    {
        ExampleDirectory directory = Load();
        directory.Set(Alice, "mailUserStatus", "active", "deleted");
        Assert.StartsWith("450 4.2.1", ResolveTests.Answer(directory, "alice@bcd.com"));
        Assert.Contains(directory.Table.Problems, p => p is { Attribute: "mailUserStatus" } && p.Dn == Alice);
        directory.Set(Alice, "mailUserStatus", "active", "ACTIVE");
        Assert.StartsWith("250", ResolveTests.Answer(directory, "alice@bcd.com"));
    }

    [Fact]
    public void Hold_as_a_delivery_option_keeps_mail_and_closes_no_login()
    {
        ExampleDirectory directory = Load();
        directory.Set(Alice, "mailDeliveryOption", "mailbox", "hold");
        var accepted = Assert.IsType<Resolution.Accepted>(directory.Table.Resolve(Address("alice@bcd.com")));
        var waiting = Assert.IsType<Hop.Waiting>(Assert.Single(directory.Table.Expand(Address("alice@bcd.com"), accepted)));
        Assert.Equal(MailStatus.Hold, waiting.Status);
        Assert.Equal(MailStatus.Active, directory.User("alice", "bcd.com").Status.Status);
        Assert.DoesNotContain(directory.Table.Problems, p => p.Dn == Alice);
    }

    private static string[] Spellings(string value) => value.Length == 0 ? [value] : [value, value.ToUpperInvariant(), $" {char.ToUpperInvariant(value[0])}{value[1..]} "];
}

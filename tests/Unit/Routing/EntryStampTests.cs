using DirMail.Ldap;
using DirMail.Routing.Following;

namespace DirMail.Unit.Routing;

public class EntryStampTests
{
    private static readonly LdapAttribute Time = new("modifyTimestamp", "20261127024726Z");

    [Fact]
    public void The_id_is_the_one_that_synchronisation_gives()
    {
        // 389 Directory Server: the sync state control carries the digits of nsUniqueId
        Assert.Equal(Guid.Parse("ccb336cc-ea0c-11f1-a445-94ebcbf2b20f"), Of(new("nsUniqueId", "ccb336cc-ea0c11f1-a44594eb-cbf2b20f"), new("entryUUID", "00000000-0000-4000-8000-000000000001")).Id.Value);
        Assert.Equal(Guid.Parse("00000000-0000-4000-8000-000000000001"), Of(new LdapAttribute("entryUUID", "00000000-0000-4000-8000-000000000001")).Id.Value);
    }

    [Fact]
    public void Without_id_or_time_a_directory_cannot_be_followed()
    {
        Assert.Contains("nsUniqueId", Assert.Throws<LdapException>(() => Of(Time)).Message, StringComparison.Ordinal);
        Assert.Contains("modifyTimestamp", Assert.Throws<LdapException>(() => EntryStamp.Of(Entry(new LdapAttribute("entryUUID", Guid.NewGuid().ToString())))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("20261127024726Z", true)]
    [InlineData("20261127024726.123456Z", true)]
    [InlineData("20261127024726", false)]
    [InlineData("2026112702472", false)]
    [InlineData("20261327024726Z", false)]
    [InlineData("yesterday at noon", false)]
    public void Times_are_read_to_the_second(string text, bool isTime)
    {
        Assert.Equal(isTime, EntryStamp.TryReadTime(text, out DateTimeOffset time));
        if (isTime)
            Assert.Equal("20261127024726Z", EntryStamp.WriteTime(time));
    }

    [Fact]
    public void Content_is_what_synchronisation_would_send()
    {
        LdapEntry content = EntryStamp.Content(Entry(new("cn", "A"), Time, new("entryCSN", "x"), new("entryUUID", "y"), new("NSUNIQUEID", "z"), new("entryusn", "1")));
        Assert.Equal(["cn", "entryUUID"], content.Attributes.Select(a => a.Description));
    }

    [Fact]
    public void A_cookie_of_synchronisation_is_none_of_polling()
    {
        Assert.Null(PollCookie.Read(null));
        Assert.Null(PollCookie.Read("rid=000,csn=20261127024726.1Z#000000#000#000000"u8.ToArray()));
        Assert.Null(PollCookie.Read("localhost:389#cn=x:o=hosting:(objectClass=*)#34"u8.ToArray()));
        Assert.True(EntryStamp.TryReadTime("20261127024726Z", out DateTimeOffset time));
        Assert.Equal(time, PollCookie.Read(PollCookie.Write(time)));
    }

    [Fact]
    public void The_directorys_clock_is_known_from_what_it_stamped_and_ours_that_went_on()
    {
        var ours = new Ticking();
        var clock = new ServerClock(ours);
        Assert.Null(clock.At(ours.GetTimestamp()));
        long before = ours.GetTimestamp();
        ours.Pass(TimeSpan.FromSeconds(10));
        DateTimeOffset stamp = new(2031, 1, 1, 0, 0, 20, TimeSpan.Zero);
        clock.Saw(stamp);
        clock.Saw(stamp - TimeSpan.FromSeconds(3));
        Assert.Equal(stamp - TimeSpan.FromSeconds(10), clock.At(before));
        ours.Pass(TimeSpan.FromSeconds(5));
        clock.Saw(stamp + TimeSpan.FromSeconds(4));
        Assert.Equal(stamp + TimeSpan.FromSeconds(5), clock.At(ours.GetTimestamp()));
    }

    private static EntryStamp Of(params LdapAttribute[] attributes) => EntryStamp.Of(Entry([.. attributes, Time]));

    private static LdapEntry Entry(params LdapAttribute[] attributes) => new(Dn.Parse("cn=a,o=hosting"), attributes);

    private sealed class Ticking : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Pass(TimeSpan time) => _ticks += time.Ticks;
    }
}

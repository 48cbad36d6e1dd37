using System.Text;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Unit.Transfer;
using static DirMail.Unit.Routing.ExampleDirectory;

namespace DirMail.Unit.Routing;

/// <summary>Who forwarded mail leaves with for its sender, and what becomes of reports that come back to such an address.</summary>
public class ReturnAddressTests
{
    private static readonly Srs Signer = new([Encoding.ASCII.GetBytes("0123456789abcdef0123456789abcdef")]);
    private static readonly Poster Nobody = new(null, false);

    private readonly SteppedClock _clock = new();
    private readonly ExampleDirectory _directory;

    public ReturnAddressTests()
    {
        _directory = Load(ExampleDirectory.Settings with { ReturnAddresses = Signer }, _clock);
        _directory.AddUser("roam", "bcd.com", ("mailDeliveryOption", "forward"), ("mailForwardingAddress", "far@away.test"));
    }

    [Theory]
    [InlineData("x@xyz.test", "SRS0=*=xyz.test=x@bcd.com")]
    [InlineData("SRS0=AbCd=TT=orig.test=anna@first.test", "SRS1=*=first.test==AbCd=TT=orig.test=anna@bcd.com")]
    // another domain of this host, which lists another address
    [InlineData("carol@cde.com", "SRS0=*=cde.com=carol@bcd.com")]
    [InlineData("admin@abc.com", "SRS0=*=abc.com=admin@bcd.com")]
    // its own
    [InlineData("alice@bcd.com", null)]
    [InlineData("alice@BCD.net", null)]
    [InlineData("x@[192.0.2.1]", null)]
    [InlineData(null, null)]
    public void A_forward_leaves_with_an_address_of_the_forwarding_domain(string? sender, string? expected)
    {
        MailAddress? returned = Forwarded("roam@bcd.com", sender).ReturnAddress;
        if (expected is null)
            Assert.Null(returned);
        else
            Assert.Matches("^" + System.Text.RegularExpressions.Regex.Escape(expected).Replace("\\*", "[A-Z2-7=]{10,11}", StringComparison.Ordinal) + "$", returned.ToString());
    }

    /// <summary>Two domains without addresses of their own both leave from the host's, and SPF of either speaks for it.</summary>
    [Fact]
    public void A_sender_hosted_here_that_leaves_from_the_same_address_stays()
    {
        foreach (string domain in (string[])["one.test", "two.test"])
            _directory.AddDomain(domain);
        _directory.AddUser("roam", "one.test", ("mailDeliveryOption", "forward"), ("mailForwardingAddress", "far@away.test"));
        Assert.Null(Forwarded("roam@one.test", "ann@two.test").ReturnAddress);
        Assert.NotNull(Forwarded("roam@one.test", "carol@cde.com").ReturnAddress);
        Assert.NotNull(Forwarded("roam@bcd.com", "ann@two.test").ReturnAddress);
    }

    /// <summary>Their mail waits; from where it leaves once it can is not known.</summary>
    [Fact]
    public void Domains_whose_addresses_cannot_be_used_do_not_speak_for_each_other()
    {
        foreach (string domain in (string[])["one.test", "two.test"])
            _directory.AddDomain(domain, ("objectClass", "dirMailDomain"), ("mailDomainVirtualAddress", "no address"));
        _directory.AddUser("roam", "one.test", ("mailDeliveryOption", "forward"), ("mailForwardingAddress", "far@away.test"));
        Hop.Remote remote = Forwarded("roam@one.test", "ann@two.test");
        Assert.Equal((true, null), (remote.Identity!.Owner is not null, remote.Identity.V4));
        Assert.NotNull(remote.ReturnAddress);
    }

    [Fact]
    public void The_last_domain_on_the_way_answers()
    {
        _directory.AddUser("first", "cde.com", ("mailDeliveryOption", "forward"), ("mailForwardingAddress", "roam@bcd.com"));
        Assert.Equal("bcd.com", Forwarded("first@cde.com", "x@xyz.test").ReturnAddress!.Value.Domain);
    }

    [Fact]
    public void A_group_s_member_elsewhere_and_a_catch_all_are_forwarded_to_as_well()
    {
        _directory.AddGroup("mixed", "bcd.com", ("mgrpRFC822MailMember", "far@away.test"));
        _directory.Set("o=cde.com,o=hosting", "mailDomainCatchallAddress", "far@away.test");
        Assert.Equal("bcd.com", Forwarded("mixed@bcd.com", "x@xyz.test").ReturnAddress!.Value.Domain);
        Assert.Equal("cde.com", Forwarded("nobody@cde.com", "x@xyz.test").ReturnAddress!.Value.Domain);
    }

    /// <summary>Whoever answers for a list may be elsewhere; the list's address speaks for him, too.</summary>
    [Theory]
    [InlineData("owner@bcd.com", null)]
    [InlineData("owner@xyz.test", "bcd.com")]
    public void A_list_s_own_sender_counts_in_place_of_the_poster(string owner, string? domain)
    {
        _directory.AddGroup("list", "bcd.com", ("mgrpRFC822MailMember", "far@away.test"), ("mgrpErrorsTo", "mailto:" + owner));
        Hop.Remote remote = Forwarded("list@bcd.com", "x@other.test");
        Assert.Equal((owner, domain), (remote.NewSender.ToString(), remote.ReturnAddress?.Domain));
        if (remote.ReturnAddress is { } returned)
            Assert.Equal(owner, _directory.Table.Restored(returned).ToString());
    }

    [Fact]
    public void What_another_server_of_ours_keeps_is_handed_over_as_it_came()
    {
        ExampleDirectory directory = Load(ExampleDirectory.Settings with { ReturnAddresses = Signer, MailHosts = ["mail.abc.com"], RelayHosts = ["store2.test"] });
        directory.Set(UserDn("alice", "bcd.com"), "mailHost", "store2.test");
        Assert.Null(Assert.IsType<Hop.Remote>(Assert.Single(directory.Table.ExplainMail(Address("alice@bcd.com"), new(Address("x@xyz.test"), false)).Hops)).ReturnAddress);
    }

    [Fact]
    public void A_report_is_turned_back_as_the_domain_that_forwarded()
    {
        foreach (string way in (string[])["bcd.com", "bcd.net"])
        {
            Explained explained = _directory.Table.ExplainMail(At(way), Nobody);
            var remote = Assert.IsType<Hop.Remote>(Assert.Single(explained.Hops));
            Assert.Equal(("x@xyz.test", _directory.Domain("bcd.com").Id, null, null), (remote.Final.ToString(), remote.Identity!.Owner, remote.NewSender, remote.ReturnAddress));
            Assert.Contains(explained.Reasons, static reason => reason is { Attribute: "SRS", Value: "x@xyz.test", Meaning: "goes there" });
        }
    }

    /// <summary>From domain to domain of this host, and elsewhere: the report goes the way back address by address.</summary>
    [Fact]
    public void A_report_to_an_address_of_an_address_of_ours_reaches_the_sender()
    {
        VirtualDomain bcd = _directory.Domain("bcd.com"), cde = _directory.Domain("cde.com");
        MailAddress first = Signer.Rewrite(Address("x@xyz.test"), cde.Name, cde.Id, _clock.GetUtcNow())!.Value;
        MailAddress second = Signer.Rewrite(first, bcd.Name, bcd.Id, _clock.GetUtcNow())!.Value;
        Assert.StartsWith("SRS1=", second.LocalPart, StringComparison.Ordinal);
        Assert.Equal("x@xyz.test", Assert.Single(_directory.Table.ExplainMail(second, Nobody).Hops).Final.ToString());
    }

    [Fact]
    public void A_sender_who_is_here_gets_it_in_his_mailbox() =>
        Assert.IsType<Hop.Mailbox>(Assert.Single(_directory.Table.ExplainMail(Forwarded("roam@bcd.com", "carol@cde.com").ReturnAddress!.Value, Nobody).Hops));

    [Fact]
    public void Anything_but_a_report_is_refused() => Refused(At("bcd.com"), new(Address("x@xyz.test"), true), "a return address takes reports only, which have no sender");

    [Fact]
    public void An_old_one_is_refused()
    {
        MailAddress address = At("bcd.com");
        _clock.Advance(TimeSpan.FromDays(21));
        Assert.IsType<Resolution.Accepted>(_directory.Table.Resolve(address, Nobody));
        _clock.Advance(TimeSpan.FromDays(1));
        Refused(address, Nobody, "a return address of ours, more than 21 days old");
        Assert.Equal("x@xyz.test", _directory.Table.Restored(address).ToString());
    }

    [Fact]
    public void One_of_another_domain_is_refused() => Refused(At("cde.com"), Nobody, "a return address that was not made here");

    [Theory]
    [InlineData("inactive")]
    [InlineData("disabled")]
    [InlineData("deleted")]
    [InlineData("hold")]
    public void One_of_a_domain_that_is_not_active_is_refused(string status)
    {
        MailAddress address = At("bcd.com");
        _directory.Set("o=bcd.com,o=hosting", "mailDomainStatus", status);
        Refused(address, Nobody, Responses.BadReturnAddress.ToString());
    }

    [Fact]
    public void A_catch_all_does_not_catch_it()
    {
        _directory.Set("o=bcd.com,o=hosting", "mailDomainCatchallAddress", "alice@bcd.com");
        Refused(Address("SRS0=AAAAAAAA=AA=xyz.test=x@bcd.com"), Nobody, "a return address that was not made here");
    }

    [Fact]
    public void Without_keys_nothing_is_rewritten_and_nothing_turned_back()
    {
        ExampleDirectory directory = Load();
        directory.AddUser("roam", "bcd.com", ("mailDeliveryOption", "forward"), ("mailForwardingAddress", "far@away.test"));
        Assert.Null(((Hop.Remote)directory.Table.ExplainMail(Address("roam@bcd.com"), new(Address("x@xyz.test"), false)).Hops[0]).ReturnAddress);
        Assert.Equal(Responses.BadReturnAddress, Assert.IsType<Resolution.Refused>(directory.Table.Resolve(At("bcd.com"), Nobody)).Reply);
    }

    private void Refused(MailAddress address, Poster poster, string why)
    {
        Explained explained = _directory.Table.ExplainMail(address, poster);
        Assert.Equal(Responses.BadReturnAddress, Assert.IsType<Resolution.Refused>(explained.Resolution).Reply);
        Assert.Contains(explained.Reasons, reason => reason.Meaning == why);
        Assert.False(((Resolution.Refused)explained.Resolution).WaitsHere(isFromOwnUser: true));
    }

    /// <summary>An address that bcd.com signed for x@xyz.test, at another name.</summary>
    private MailAddress At(string domain)
    {
        VirtualDomain bcd = _directory.Domain("bcd.com");
        return Signer.Rewrite(Address("x@xyz.test"), domain, bcd.Id, _clock.GetUtcNow())!.Value;
    }

    private Hop.Remote Forwarded(string recipient, string? sender) =>
        Assert.IsType<Hop.Remote>(Assert.Single(_directory.Table.ExplainMail(Address(recipient), new(sender is null ? null : Address(sender), true)).Hops));
}

using System.Text;
using DirMail.Mail;
using FsCheck;
using FsCheck.Fluent;

namespace DirMail.Unit.Mail;

/// <summary>Return addresses of forwarded mail: what they look like, that they lead back, and that nothing else does.</summary>
public class SrsTests
{
    private static readonly EntryId Bcd = new(new Guid("00000000-0000-4000-8000-000000000007"));
    private static readonly EntryId Cde = new(new Guid("00000000-0000-4000-8000-000000000008"));
    private static readonly DateTimeOffset Now = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);
    private static readonly ReadOnlyMemory<byte> Key = Encoding.ASCII.GetBytes("0123456789abcdef0123456789abcdef"), NextKey = Encoding.ASCII.GetBytes("another key of thirty-two octets");
    private static readonly Srs Signer = new([Key]);

    [Theory]
    [InlineData("Anna@xyz.test", "SRS0=????????=JQ=xyz.test=Anna@bcd.com")]
    [InlineData("a=b+c@XYZ.test", "SRS0=????????=JQ=xyz.test=a=b+c@bcd.com")]
    [InlineData("anna@bücher.example", "SRS0=????????=JQ=xn--bcher-kva.example=anna@bcd.com")]
    [InlineData("\"a b\"@xyz.test", "\"SRS0=????????=JQ=xyz.test=a b\"@bcd.com")]
    [InlineData("\"a\\\"b\"@xyz.test", "\"SRS0=????????=JQ=xyz.test=a\\\"b\"@bcd.com")]
    [InlineData("srs0=x@xyz.test", "SRS1=????????JQ=xyz.test==x@bcd.com")]
    [InlineData("SRS0=AbCd=TT=orig.test=anna@first.test", "SRS1=????????JQ=first.test==AbCd=TT=orig.test=anna@bcd.com")]
    [InlineData("SRS0+AbCd=TT=orig.test=anna@first.test", "SRS1=????????JQ=first.test=+AbCd=TT=orig.test=anna@bcd.com")]
    [InlineData("SRS1=XyZw=first.test==AbCd=TT=orig.test=anna@second.test", "SRS1=????????JQ=first.test==AbCd=TT=orig.test=anna@bcd.com")]
    [InlineData("srs1-XyZw=first.test=-AbCd=TT=orig.test=anna@second.test", "SRS1=????????JQ=first.test=-AbCd=TT=orig.test=anna@bcd.com")]
    [InlineData("SRS1=XyZw=anna@second.test", "SRS0=????????=JQ=second.test=SRS1=XyZw=anna@bcd.com")]
    [InlineData("jörg@xyz.test", "SRS0=????????=JQ=xyz.test=jörg@bcd.com")]
    [InlineData("0100018f5b3c2d1e-1a2b3c4d-5e6f-7a8b-9c0d-1e2f3a4b5c6d-000000@amazonses.com", "SRS0=????????=JQ=amazonses.com=0100018f5b3c2d1e-1a2b3c4d-5e6f-7a8b-9c0d-1e2f3a4b5c6d-000000@bcd.com")]
    public void Looks_as_others_know_it(string sender, string expected)
    {
        MailAddress rewritten = Signer.Rewrite(MailAddress.Parse(sender), "bcd.com", Bcd, Now)!.Value;
        Assert.Matches("^" + System.Text.RegularExpressions.Regex.Escape(expected).Replace("\\?", "[A-Z2-7]", StringComparison.Ordinal) + "$", rewritten.ToString());
        Assert.True(Srs.IsOurForm(rewritten));
    }

    [Theory]
    [InlineData("anna@[192.0.2.1]")]
    [InlineData("SRS0=AbCd=TT=orig.test=12345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345@first.test")]
    public void Some_senders_have_none(string sender) => Assert.Null(Signer.Rewrite(MailAddress.Parse(sender), "bcd.com", Bcd, Now));

    [Theory]
    [InlineData("Anna@xyz.test", "Anna@xyz.test")]
    [InlineData("a=b@xyz.test", "a=b@xyz.test")]
    [InlineData("\"a b\"@xyz.test", "\"a b\"@xyz.test")]
    [InlineData("SRS0+AbCd=TT=orig.test=anna@first.test", "SRS0+AbCd=TT=orig.test=anna@first.test")]
    [InlineData("SRS1=XyZw=first.test==AbCd=TT=orig.test=anna@second.test", "SRS0=AbCd=TT=orig.test=anna@first.test")]
    public void Leads_back(string sender, string original) => Assert.Equal(original, Back(Rewritten(sender)));

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(21, true)]
    [InlineData(22, false)]
    [InlineData(1023, false)]
    [InlineData(-1, false)]
    public void Is_good_for_three_weeks(int days, bool isGood)
    {
        foreach (string sender in (string[])["anna@xyz.test", "SRS0=AbCd=TT=orig.test=anna@first.test"])
        {
            Assert.IsType(isGood ? typeof(SrsAnswer.Original) : typeof(SrsAnswer.TooOld), Signer.Restore(Rewritten(sender), Bcd, Now.AddDays(days)));
            Assert.IsType<SrsAnswer.Original>(Signer.Restore(Rewritten(sender), Bcd, null));
        }
    }

    [Fact]
    public void A_server_on_the_way_may_change_the_case()
    {
        string text = Rewritten("Anna@xyz.test").ToString();
        Assert.Equal("anna@xyz.test", Back(MailAddress.Parse(text.ToLowerInvariant())));
        Assert.Equal("ANNA@XYZ.TEST", Back(MailAddress.Parse(text.ToUpperInvariant())));
    }

    [Fact]
    public void An_older_key_is_good_to_verify_and_another_s_is_not()
    {
        MailAddress signed = Rewritten("anna@xyz.test");
        Assert.IsType<SrsAnswer.Original>(new Srs([NextKey, Key]).Restore(signed, Bcd, Now));
        Assert.IsType<SrsAnswer.NotSigned>(new Srs([NextKey]).Restore(signed, Bcd, Now));
    }

    [Fact]
    public void One_domain_s_is_not_another_s() => Assert.IsType<SrsAnswer.NotSigned>(Signer.Restore(Rewritten("anna@xyz.test"), Cde, Now));

    [Theory]
    [InlineData("SRS0=AAAAAAAA=JQ=xyz.test=anna@bcd.com", true)]
    [InlineData("srs0=AAAA=JQ=xyz.test=anna@bcd.com", true)]
    [InlineData("SRS1=AAAAAAAAK5=xyz.test=@bcd.com", true)]
    [InlineData("SRS0=======@bcd.com", true)]
    [InlineData("\"SRS0==\"@bcd.com", true)]
    [InlineData("SRS0=@bcd.com", false)]
    [InlineData("SRS0+AAAA=JQ=xyz.test=anna@bcd.com", false)]
    [InlineData("srs0@bcd.com", false)]
    [InlineData("SRS2=AAAA=JQ=xyz.test=anna@bcd.com", false)]
    [InlineData("\"\"@bcd.com", false)]
    public void Whatever_else_has_the_form_leads_nowhere(string text, bool hasForm)
    {
        Assert.Equal(hasForm, Srs.IsOurForm(MailAddress.Parse(text)));
        Assert.IsType<SrsAnswer.NotSigned>(Signer.Restore(MailAddress.Parse(text), Bcd, Now));
    }

    [Fact]
    public void Every_address_leads_back_to_itself() => Prop.ForAll(Senders(), sender =>
    {
        Assert.Equal(sender.LocalPart + "@" + sender.DomainKey, Back(Rewritten(sender.ToString())));
    }).QuickCheckThrowOnFailure();

    /// <summary>Any one character of it another one, one more or one less: not only the hash, also whom it stands for, and when it was made.</summary>
    [Fact]
    public void No_changed_address_is_taken()
    {
        Gen<(MailAddress, int, int, char)> gen = from sender in Senders().Generator
                                                 from at in Gen.Choose(0, 300)
                                                 from kind in Gen.Choose(0, 2)
                                                 from other in Gen.Elements("abcxyzABCXYZ234567=.+-_0189".ToCharArray())
                                                 select (sender, at, kind, other);
        Prop.ForAll(gen.ToArbitrary(), change =>
        {
            (MailAddress sender, int at, int kind, char other) = change;
            string local = Rewritten(sender.ToString()).LocalPart;
            at %= local.Length;
            string changed = kind switch { 0 => local[..at] + other + local[(at + 1)..], 1 => local[..at] + other + local[at..], _ => local[..at] + local[(at + 1)..] };
            if (changed.Equals(local, StringComparison.OrdinalIgnoreCase) || !MailAddress.TryParse(changed + "@bcd.com", out MailAddress address))
                return;
            Assert.IsType<SrsAnswer.NotSigned>(Signer.Restore(address, Bcd, Now));
        }).QuickCheckThrowOnFailure();
    }

    private static MailAddress Rewritten(string sender) => Signer.Rewrite(MailAddress.Parse(sender), "bcd.com", Bcd, Now)!.Value;

    private static string Back(MailAddress address) => Assert.IsType<SrsAnswer.Original>(Signer.Restore(address, Bcd, Now)).Sender.ToString();

    private static Arbitrary<MailAddress> Senders()
    {
        Gen<string> plain = Gen.NonEmptyListOf(Gen.Elements("abcXYZ019=+-_.!#'/?".ToCharArray())).Select(static list => string.Concat(list.Take(64)));
        Gen<string> quoted = Gen.NonEmptyListOf(Gen.Elements("abc XYZ=@.,<>[]".ToCharArray())).Select(static list => $"\"{string.Concat(list.Take(62))}\"");
        Gen<string> first = plain.Select(static local => $"SRS0=HH=TT=orig.test={local}");
        return (from local in Gen.OneOf(plain, quoted, first)
                from domain in Gen.Elements("xyz.test", "XYZ.test", "a.b.c.example", "bücher.example", "x_y.test")
                let text = $"{local}@{domain}"
                where MailAddress.TryParse(text, out _)
                select MailAddress.Parse(text)).ToArbitrary();
    }
}

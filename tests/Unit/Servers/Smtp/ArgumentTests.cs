using DirMail.Mail;
using DirMail.Servers.Smtp;

namespace DirMail.Unit.Servers.Smtp;

public sealed class ArgumentTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 27, 6, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("FROM:<a@b.c>", "a@b.c", 0)]
    [InlineData("from:<>", "", 0)]
    [InlineData("FROM: <a@b.c> SIZE=10 BODY=8BITMIME", "a@b.c", 2)]
    [InlineData("FROM:<@relay.test,@b.test:a@b.c>", "a@b.c", 0)]
    [InlineData("FROM:<\"a>b\"@b.c> SIZE=1", "\"a>b\"@b.c", 1)]
    [InlineData("FROM:<\"a\\\">b\"@b.c>", "\"a\\\">b\"@b.c", 0)]
    public void Paths_are_read(string argument, string path, int parameters)
    {
        Assert.True(PathSyntax.TryRead(argument, "FROM:", out string read, out string[] words));
        Assert.Equal((path, parameters), (read, words.Length));
    }

    [Theory]
    [InlineData("")]
    [InlineData("FROM")]
    [InlineData("FROM:")]
    [InlineData("FROM:a@b.c")]
    [InlineData("FROM:<a@b.c")]
    [InlineData("FROM:<a@b.c>SIZE=1")]
    [InlineData("TO:<a@b.c>")]
    [InlineData("FROM:<\"a@b.c>")]
    public void What_is_no_path_is_refused(string argument) => Assert.False(PathSyntax.TryRead(argument, "FROM:", out _, out _));

    [Theory]
    [InlineData("SIZE=1", 0)]
    [InlineData("SIZE=", 501)]
    [InlineData("SIZE=-1", 501)]
    [InlineData("SIZE=99999999999999999999", 501)]
    [InlineData("SIZE=1 SIZE=2", 501)]
    [InlineData("BODY=7BIT", 0)]
    [InlineData("body=8bitmime", 0)]
    [InlineData("BODY=BINARYMIME", 0)]
    [InlineData("BODY=BASE64", 501)]
    [InlineData("SMTPUTF8", 0)]
    [InlineData("SMTPUTF8=1", 501)]
    [InlineData("RET=HDRS ENVID=a+20b", 0)]
    [InlineData("RET=ALL", 501)]
    [InlineData("ENVID=a+0Ab", 501)]
    [InlineData("AUTH=<>", 0)]
    [InlineData("REQUIRETLS", 0)]
    [InlineData("REQUIRETLS=YES", 501)]
    [InlineData("HOLDFOR=60", 0)]
    [InlineData("HOLDFOR=0", 501)]
    [InlineData("HOLDFOR=2592001", 501)]
    [InlineData("HOLDUNTIL=2026-11-28T06:00:00Z", 0)]
    [InlineData("HOLDUNTIL=2026-11-28T08:00:00.5+02:00", 0)]
    [InlineData("HOLDUNTIL=2027-11-28T06:00:00Z", 501)]
    [InlineData("HOLDUNTIL=tomorrow", 501)]
    [InlineData("HOLDFOR=60 HOLDUNTIL=2026-11-28T06:00:00Z", 501)]
    [InlineData("BY=120;R", 0)]
    [InlineData("by=-120;nt", 0)]
    [InlineData("BY=-120;R", 501)]
    [InlineData("BY=0;RT", 501)]
    [InlineData("BY=120", 501)]
    [InlineData("BY=;N", 501)]
    [InlineData("BY=-;N", 501)]
    [InlineData("BY=1234567890;N", 501)]
    [InlineData("BY=120;T", 501)]
    [InlineData("MT-PRIORITY=9", 0)]
    [InlineData("MT-PRIORITY=-9", 0)]
    [InlineData("MT-PRIORITY=10", 501)]
    [InlineData("MT-PRIORITY=", 501)]
    [InlineData("XYZ=1", 555)]
    public void Mail_parameters(string words, int fault)
    {
        MailParameters.Read(words.Split(' '), static _ => true, Now, out Reply? reply);
        Assert.Equal(fault, reply?.Code ?? 0);
    }

    [Fact]
    public void A_parameter_whose_extension_is_not_offered_is_not_known()
    {
        MailParameters.Read(["SIZE=1"], static _ => false, Now, out Reply? reply);
        Assert.Equal(555, reply?.Code);
    }

    [Theory]
    [InlineData("NOTIFY=NEVER", 0)]
    [InlineData("NOTIFY=success,FAILURE,Delay", 0)]
    [InlineData("NOTIFY=NEVER,SUCCESS", 501)]
    [InlineData("NOTIFY=", 501)]
    [InlineData("NOTIFY=SUCCESS NOTIFY=DELAY", 501)]
    [InlineData("ORCPT=rfc822;a+2Bb@c.test", 0)]
    [InlineData("ORCPT=rfc822", 501)]
    [InlineData("ORCPT=rfc822;a+0D", 501)]
    [InlineData("XYZ", 555)]
    public void Rcpt_parameters(string words, int fault)
    {
        EnvelopeRecipient? recipient = RcptParameters.Read(MailAddress.Parse("a@b.c"), words.Split(' '), out Reply? reply);
        Assert.Equal(fault, reply?.Code ?? 0);
        Assert.Equal(fault == 0, recipient is not null);
    }

    [Fact]
    public void Parameters_are_decoded()
    {
        MailParameters mail = MailParameters.Read(["SIZE=7", "RET=FULL", "ENVID=x+2By"], static _ => true, Now, out _);
        Assert.Equal((7L, ReturnContent.Full, "x+y"), (mail.Size, mail.Return, mail.EnvelopeId));
        EnvelopeRecipient? recipient = RcptParameters.Read(MailAddress.Parse("a@b.c"), ["NOTIFY=SUCCESS,DELAY", "ORCPT=rfc822;a+2Bb@c.test"], out _);
        Assert.Equal((Notify.Success | Notify.Delay, "rfc822;a+b@c.test"), (recipient!.Notify, recipient.OriginalRecipient));
    }
}

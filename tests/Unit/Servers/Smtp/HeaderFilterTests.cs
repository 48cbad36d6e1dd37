using System.Text;
using DirMail.Servers.Smtp;

namespace DirMail.Unit.Servers.Smtp;

public sealed class HeaderFilterTests
{
    [Theory]
    [InlineData("Subject: x\r\n\r\nBcc: y\r\n", "Subject: x\r\n\r\nBcc: y\r\n")]
    [InlineData("Return-Path: <a@b.c>\r\nSubject: x\r\n\r\n", "Subject: x\r\n\r\n")]
    [InlineData("A: 1\r\nreturn-path :\r\n <a@b.c>\r\n\t(x)\r\nB: 2\r\n\r\nbody", "A: 1\r\nB: 2\r\n\r\nbody")]
    [InlineData("Bcc: a@b.c,\r\n d@e.f\r\nBcc:\r\nResent-Bcc: g@h.i\r\nBccX: stays\r\nXBcc: stays\r\n\r\n", "BccX: stays\r\nXBcc: stays\r\n\r\n")]
    [InlineData("Authentication-Results: mail.abc.com; spf=pass\r\n smtp.mailfrom=x\r\nA: 1\r\n\r\n", "A: 1\r\n\r\n")]
    [InlineData("Authentication-Results: other.test; spf=pass\r\n\r\n", "Authentication-Results: other.test; spf=pass\r\n\r\n")]
    [InlineData("Authentication-Results: other.test\r\n\r\nx", "Authentication-Results: other.test\r\n\r\nx")]
    [InlineData("authentication-results:\r\n (a; (comment)) \"mail.abc.com\" 1; none\r\nA: 1\r\n\r\n", "A: 1\r\n\r\n")]
    [InlineData("Authentication-Results: MAIL.ABC.COM\r\nA: 1\r\n\r\n", "A: 1\r\n\r\n")]
    [InlineData("Authentication-Results: mail.abc.com.evil.test; spf=pass\r\n\r\n", "Authentication-Results: mail.abc.com.evil.test; spf=pass\r\n\r\n")]
    [InlineData("no header at all\r\n", "no header at all\r\n")]
    [InlineData(" begins folded\r\nBcc: x\r\n\r\n", " begins folded\r\n\r\n")]
    [InlineData("\r\nBcc: body\r\n", "\r\nBcc: body\r\n")]
    [InlineData("Subject: cut", "Subject: cut")]
    [InlineData("Bc", "Bc")]
    [InlineData("Bcc: cut", "")]
    [InlineData("Authentication-Results: mail.abc.com", "")]
    [InlineData("Bcc: x\n\nBcc: body of a binary message", "\nBcc: body of a binary message")]
    public void Takes_out_what_shall_not_stay_however_the_octets_are_cut(string sent, string kept)
    {
        byte[] octets = Encoding.ASCII.GetBytes(sent);
        for (int size = 1; size <= octets.Length; size++)
            Assert.Equal(kept, Pass(octets.Chunk(size), removesBcc: true));
    }

    [Fact]
    public void Mail_from_outside_keeps_its_Bcc() => Assert.Equal("Bcc: x@y.z\r\n\r\n", Pass(["Bcc: x@y.z\r\n\r\n"u8.ToArray()], removesBcc: false));

    [Fact]
    public void Results_whose_server_cannot_be_told_are_nobodys()
    {
        byte[] octets = Encoding.ASCII.GetBytes("Authentication-Results: (" + new string('x', 100_000) + ") mail.abc.com; x\r\nA: 1\r\n\r\n");
        Assert.Equal("A: 1\r\n\r\n", Pass(octets.Chunk(999), removesBcc: true));
    }

    private static string Pass(IEnumerable<byte[]> pieces, bool removesBcc)
    {
        var filter = new HeaderFilter(static name => name.Equals("mail.abc.com", StringComparison.OrdinalIgnoreCase), removesBcc);
        var kept = new StringBuilder();
        foreach (byte[] piece in pieces)
        {
            int used = 0;
            if (!filter.IsOver)
                kept.Append(Encoding.ASCII.GetString(filter.Pass(piece, out used).Span));
            kept.Append(Encoding.ASCII.GetString(piece, used, piece.Length - used));
        }
        return kept.Append(Encoding.ASCII.GetString(filter.End().Span)).ToString();
    }
}

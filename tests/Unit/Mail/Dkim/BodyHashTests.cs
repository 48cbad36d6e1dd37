using System.Security.Cryptography;
using System.Text;
using DirMail.Mail.Dkim;

namespace DirMail.Unit.Mail.Dkim;

/// <summary>The canonical forms of a body (RFC 6376 3.4), whole and in every cut.</summary>
public class BodyHashTests
{
    [Theory]
    [InlineData(" C \r\nD \t E\r\n\r\n\r\n", Canonicalization.Simple, " C \r\nD \t E\r\n")]
    [InlineData(" C \r\nD \t E\r\n\r\n\r\n", Canonicalization.Relaxed, " C\r\nD E\r\n")]
    [InlineData("", Canonicalization.Simple, "\r\n")]
    [InlineData("", Canonicalization.Relaxed, "")]
    [InlineData("\r\n\r\n", Canonicalization.Simple, "\r\n")]
    [InlineData(" \r\n\t\r\n", Canonicalization.Relaxed, "")]
    [InlineData(" \r\n\t\r\n", Canonicalization.Simple, " \r\n\t\r\n")]
    [InlineData("no end", Canonicalization.Simple, "no end\r\n")]
    [InlineData("no end ", Canonicalization.Relaxed, "no end\r\n")]
    [InlineData("\r\n\r\nlate\r\n", Canonicalization.Relaxed, "\r\n\r\nlate\r\n")]
    [InlineData("a\r\n \r\nb", Canonicalization.Relaxed, "a\r\n\r\nb\r\n")]
    [InlineData("a\rb\r\n", Canonicalization.Simple, "a\rb\r\n")]
    [InlineData("a\r", Canonicalization.Relaxed, "a\r\r\n")]
    public void A_body_is_counted_as_the_document_says(string body, Canonicalization way, string canonical)
    {
        byte[] octets = Encoding.ASCII.GetBytes(body), expected = SHA256.HashData(Encoding.ASCII.GetBytes(canonical));
        foreach (int piece in (int[])[1, 2, 3, 1000])
        {
            using var hash = new BodyHash(way, null);
            foreach (byte[] cut in octets.Chunk(piece))
                hash.Write(cut);
            Assert.Equal(expected, hash.Complete());
            Assert.Equal(canonical.Length, hash.Octets);
        }
    }

    [Fact]
    public void A_limit_cuts_what_counts()
    {
        using var hash = new BodyHash(Canonicalization.Relaxed, 5);
        hash.Write("ab  cd\r\nmore\r\n"u8);
        Assert.Equal(SHA256.HashData("ab cd"u8), hash.Complete());
        Assert.Equal("ab cd\r\nmore\r\n".Length, hash.Octets);
    }

    [Fact]
    public void A_long_body_in_pieces_is_the_same()
    {
        byte[] body = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("some  words of\ta line \r\n\r\n", 2000)));
        using BodyHash whole = new(Canonicalization.Relaxed, null), pieces = new(Canonicalization.Relaxed, null);
        whole.Write(body);
        foreach (byte[] piece in body.Chunk(777))
            pieces.Write(piece);
        Assert.Equal(whole.Complete(), pieces.Complete());
    }

    /// <summary>100 MB by ten signatures of different ways: what is kept does not grow with them.</summary>
    [Fact]
    public void A_large_message_costs_no_memory()
    {
        string signatures = string.Concat(Enumerable.Range(0, 10).Select(static i => $"DKIM-Signature: v=1; a=rsa-sha256; d=bcd.com; s=x; h=From; bh=AAAA; b=AAAA; l={i + 1}; c=relaxed/{(i % 2 == 0 ? "simple" : "relaxed")}\r\n"));
        using var scan = new SignatureScan();
        scan.Write(Encoding.ASCII.GetBytes(signatures + "From: a@bcd.com\r\n\r\n"));
        byte[] piece = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("a line of text  with  blanks and so on, as long as lines are \r\n", 1000)));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (long octets = 0; octets < 100_000_000; octets += piece.Length)
            scan.Write(piece);
        long kept = GC.GetAllocatedBytesForCurrentThread() - before;
        scan.Complete();
        Assert.InRange(kept, 0, 1_000_000);
        Assert.Equal(10, scan.Signatures.Count(static s => s.BodyHash is not null));
    }
}

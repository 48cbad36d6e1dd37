using System.Security.Cryptography;
using System.Text;
using DirMail.Mail.Dkim;

namespace DirMail.Unit.Mail.Dkim;

/// <summary>Signatures made here and judged here, whole and spoilt; the document's example; keys of every kind.</summary>
public class SignatureCheckTests
{
    private static readonly RSA Key = RSA.Create(2048);
    private static readonly DateTimeOffset Now = DateTimeOffset.Parse("2026-11-27T06:00:00Z", System.Globalization.CultureInfo.InvariantCulture);
    private const string Message = "Received: x\r\nFrom: Ann <ann@bcd.com>\r\nTo: x1@xyz.test\r\nSubject: Is dinner\r\n\tready?\r\n\r\nHi.\r\n\r\nSoon.\r\n\r\n";

    private static string Published => $"v=DKIM1; k=rsa; p={Convert.ToBase64String(Key.ExportSubjectPublicKeyInfo())}";

    [Fact]
    public void What_we_sign_passes() => Assert.Equal((DkimVerdict.Pass, "bcd.com"), (Judge(Signed()).Verdict, Judge(Signed()).Domain));

    [Theory]
    [InlineData("ready?", "  ready?", DkimVerdict.Pass)]
    [InlineData("Subject: ", "SUBJECT :", DkimVerdict.Pass)]
    [InlineData("Soon.\r\n", "Soon. \r\n\r\n", DkimVerdict.Pass)]
    [InlineData("Received: x", "Received: y", DkimVerdict.Pass)]
    [InlineData("Soon.", "Later.", DkimVerdict.Fail)]
    [InlineData("dinner", "supper", DkimVerdict.Fail)]
    [InlineData("To: ", "From: eve@evil.test\r\nTo: ", DkimVerdict.Fail)]
    [InlineData("Received: x", "From: eve@evil.test", DkimVerdict.Fail)]
    [InlineData("a=rsa-sha256", "a=rsa-sha1", DkimVerdict.Policy)]
    [InlineData("a=rsa-sha256", "a=ed25519-sha256", DkimVerdict.PermError)]
    [InlineData("a=rsa-sha256", "a=ed448-sha256", DkimVerdict.Neutral)]
    [InlineData("v=1;", "v=2;", DkimVerdict.PermError)]
    [InlineData("c=relaxed/relaxed", "c=loose", DkimVerdict.PermError)]
    [InlineData("d=bcd.com;", "d=bcd.com; i=ann@cde.com;", DkimVerdict.PermError)]
    [InlineData("d=bcd.com;", "d=bcd.com; d=bcd.com;", DkimVerdict.PermError)]
    [InlineData("d=bcd.com;", "", DkimVerdict.PermError)]
    [InlineData("d=bcd.com;", "d=bcd.com; l=1000;", DkimVerdict.PermError)]
    [InlineData("d=bcd.com;", "d=bcd.com; x=1;", DkimVerdict.PermError)]
    [InlineData("h=From", "h=To", DkimVerdict.Fail)]
    public void What_was_changed_on_the_way_is_noticed(string was, string becomes, DkimVerdict verdict)
    {
        string message = Signed();
        Assert.Contains(was, message, StringComparison.Ordinal);
        int at = message.IndexOf(was, StringComparison.Ordinal);
        Assert.Equal(verdict, Judge(message[..at] + becomes + message[(at + was.Length)..]).Verdict);
    }

    public static TheoryData<string?, DkimVerdict> Keys => new()
    {
        { Published, DkimVerdict.Pass },
        { Published.Replace("v=DKIM1; k=rsa; ", "", StringComparison.Ordinal) + ";", DkimVerdict.Pass },
        { $"p={Convert.ToBase64String(Key.ExportRSAPublicKey())}", DkimVerdict.Pass },
        { "h=sha1:sha256; s=email:web; t=y:s; " + Published.Replace("v=DKIM1; ", "", StringComparison.Ordinal), DkimVerdict.Pass },
        { Published + "; h=sha1", DkimVerdict.PermError },
        { Published + "; s=web", DkimVerdict.PermError },
        { Published.Replace("k=rsa", "k=ed25519", StringComparison.Ordinal), DkimVerdict.PermError },
        { Published.Replace("k=rsa", "k=ed448", StringComparison.Ordinal), DkimVerdict.Neutral },
        { "k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", DkimVerdict.PermError },
        { Published.Replace("DKIM1", "DKIM2", StringComparison.Ordinal), DkimVerdict.PermError },
        { "v=DKIM1; p=", DkimVerdict.Fail },
        { "v=DKIM1; p=AAAA", DkimVerdict.PermError },
        { "v=DKIM1; p=!!", DkimVerdict.PermError },
        { "some text", DkimVerdict.PermError },
        { Of(512), DkimVerdict.Policy },
        { Of(1024), DkimVerdict.Fail },
        { "", DkimVerdict.PermError },
        { null, DkimVerdict.TempError },
    };

    [Theory]
    [MemberData(nameof(Keys))]
    public void A_key_is_what_it_must_be(string? key, DkimVerdict verdict) => Assert.Equal(verdict, Judge(Signed(), key is null ? null : key.Length == 0 ? [] : [key]).Verdict);

    [Fact]
    public void A_strict_key_is_for_no_domain_below() =>
        Assert.Equal(DkimVerdict.PermError, Judge(Signed().Replace("d=bcd.com;", "d=bcd.com; i=@sales.bcd.com;", StringComparison.Ordinal), [Published + "; t=s"]).Verdict);

    [Fact]
    public void An_old_signature_has_expired() =>
        Assert.Equal(DkimVerdict.Fail, Judge(Signed().Replace("d=bcd.com;", $"d=bcd.com; x={Now.ToUnixTimeSeconds() + 1};", StringComparison.Ordinal), [Published], Now.AddMinutes(1)).Verdict);

    [Fact]
    public void Of_very_many_signatures_ten_are_looked_at()
    {
        string signature = Signed()[..Signed().IndexOf("Received", StringComparison.Ordinal)];
        using SignatureScan scan = Scan(string.Concat(Enumerable.Repeat(signature, 50)) + Message, 333);
        Assert.Equal(10, scan.Signatures.Count);
    }

    [Fact]
    public void A_header_without_end_is_not_kept()
    {
        using var scan = new SignatureScan();
        for (int i = 0; i < 1000; i++)
            scan.Write(Encoding.ASCII.GetBytes($"X-{i}: {new string('x', 1000)}\r\n"));
        scan.Complete();
        Assert.True(scan.IsOverlong);
        Assert.Empty(scan.Signatures);
    }

    /// <summary>RFC 6376 A.2 with the key of C.</summary>
    [Fact]
    public void The_example_of_the_document_passes()
    {
        const string Example =
            "DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;\r\n" +
            "      c=simple/simple; q=dns/txt; i=joe@football.example.com;\r\n" +
            "      h=Received : From : To : Subject : Date : Message-ID;\r\n" +
            "      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n" +
            "      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB\r\n" +
            "      4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut\r\n" +
            "      KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV\r\n" +
            "      4bmp/YzhwvcubU4=;\r\n" +
            "Received: from client1.football.example.com  [192.0.2.1]\r\n" +
            "      by submitserver.example.com with SUBMISSION;\r\n" +
            "      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)\r\n" +
            "From: Joe SixPack <joe@football.example.com>\r\n" +
            "To: Suzie Q <suzie@shopping.example.net>\r\n" +
            "Subject: Is dinner ready?\r\n" +
            "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n" +
            "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n" +
            "\r\nHi.\r\n\r\nWe lost the game. Are you hungry yet?\r\n\r\nJoe.\r\n";
        const string Brisbane = "v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB";
        DkimResult result = Judge(Example, [Brisbane]);
        Assert.Equal((DkimVerdict.Pass, "example.com", "joe@football.example.com", ""), (result.Verdict, result.Domain, result.Agent, result.Reason));
    }

    /// <summary>It was tried with the document's example, right and spoilt; signatures of dkimpy are among the interop tests.</summary>
    [Fact]
    public void Ed25519_is_verified_by_the_library_of_the_system() => Assert.True(DkimKey.Knows(DkimKey.Ed25519Sha256));

    private static string Of(int bits)
    {
        using RSA key = RSA.Create(bits);
        return $"p={Convert.ToBase64String(key.ExportSubjectPublicKeyInfo())}";
    }

    private static string Signed()
    {
        using SignatureScan scan = Scan(Message, 1000);
        using var body = new BodyHash(Canonicalization.Relaxed, null);
        body.Write(Encoding.ASCII.GetBytes(Message[(Message.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]));
        return Encoding.ASCII.GetString(new DkimSigner("bcd.com", "mail", Key).Sign(scan.Header, body.Complete(), Now)) + Message;
    }

    private static SignatureScan Scan(string message, int piece)
    {
        var scan = new SignatureScan();
        foreach (byte[] octets in Encoding.ASCII.GetBytes(message).Chunk(piece))
            scan.Write(octets);
        scan.Complete();
        return scan;
    }

    private static DkimResult Judge(string message) => Judge(message, [Published]);

    private static DkimResult Judge(string message, string[]? keys, DateTimeOffset? now = null)
    {
        DkimResult[] results = [.. ((int[])[1, 7, 100_000]).Select(piece =>
        {
            using SignatureScan scan = Scan(message, piece);
            ScannedSignature signature = Assert.Single(scan.Signatures);
            return SignatureCheck.WithoutKey(signature, now ?? Now) ?? SignatureCheck.WithKey(signature, scan.Header, keys);
        })];
        return Assert.Single(results.Distinct());
    }
}

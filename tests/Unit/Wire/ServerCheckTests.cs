using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DirMail.Wire;

namespace DirMail.Unit.Wire;

public sealed class ServerCheckTests
{
    private static readonly X509Certificate2Collection Chain = Issued();
    private static readonly X509Certificate2 Own = Chain[0], Authority = Chain[1];
    private static readonly X509Certificate2Collection Sent = [Authority];

    [Fact]
    public void Without_a_check_any_certificate_will_do() => Assert.Null(ServerCheck.None.Problem(Own, []));

    [Fact]
    public void A_name_must_be_signed_for_by_an_authority_that_is_trusted()
    {
        Assert.Null(new ServerCheck.Named(["mx.example.com"], Sent).Problem(Own, Sent));
        Assert.Null(new ServerCheck.Named(["other.test", "mx.example.com"], Sent).Problem(Own, Sent));
        Assert.Contains("not for other.test", new ServerCheck.Named(["other.test"], Sent).Problem(Own, Sent), StringComparison.Ordinal);
        Assert.Contains("not trusted", new ServerCheck.Named(["mx.example.com"]).Problem(Own, Sent), StringComparison.Ordinal);
        Assert.Contains("not trusted", new ServerCheck.Named(["mx.example.com"], [Issued()[1]]).Problem(Own, Sent), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1)]
    [InlineData(0, 2)]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    [InlineData(1, 2)]
    public void The_servers_own_key_in_the_directory_of_names_is_enough_whatever_its_name(byte selector, byte matching)
    {
        TlsaRecord good = Record(3, selector, matching, Own);
        Assert.Null(new ServerCheck.Dane([good], ["other.test"]).Problem(Own, []));
        Assert.Null(new ServerCheck.Dane([Record(3, selector, matching, Authority), good], ["other.test"]).Problem(Own, []));
        Assert.NotNull(new ServerCheck.Dane([Record(3, selector, matching, Authority)], ["mx.example.com"]).Problem(Own, Sent));
        Assert.NotNull(new ServerCheck.Dane([good with { Data = good.Data.SetItem(0, (byte)(good.Data[0] ^ 1)) }], ["mx.example.com"]).Problem(Own, Sent));
    }

    [Fact]
    public void An_authority_that_is_named_must_have_signed_and_the_name_must_fit()
    {
        TlsaRecord anchor = Record(2, 1, 1, Authority);
        Assert.Null(new ServerCheck.Dane([anchor], ["mx.example.com"]).Problem(Own, Sent));
        Assert.Contains("not for", new ServerCheck.Dane([anchor], ["other.test"]).Problem(Own, Sent), StringComparison.Ordinal);
        Assert.Contains("none of the TLSA", new ServerCheck.Dane([anchor], ["mx.example.com"]).Problem(Own, []), StringComparison.Ordinal);
        X509Certificate2Collection other = Issued();
        // sent along, and named, but not the one who signed
        Assert.NotNull(new ServerCheck.Dane([Record(2, 1, 1, other[1])], ["mx.example.com"]).Problem(Own, [Authority, other[1]]));
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 1, 1)]
    [InlineData(3, 2, 1)]
    [InlineData(3, 1, 3)]
    public void Records_that_nobody_can_use_ask_for_no_certificate(byte usage, byte selector, byte matching) =>
        Assert.Null(new ServerCheck.Dane([new(usage, selector, matching, [.. new byte[32]])], ["mx.example.com"]).Problem(Own, Sent));

    private static TlsaRecord Record(byte usage, byte selector, byte matching, X509Certificate2 certificate)
    {
        byte[] octets = selector == 0 ? certificate.RawData : certificate.PublicKey.ExportSubjectPublicKeyInfo();
        return new(usage, selector, matching, matching switch
        {
            1 => [.. SHA256.HashData(octets)],
            2 => [.. SHA512.HashData(octets)],
            _ => ImmutableArray.Create(octets),
        });
    }

    private static X509Certificate2Collection Issued()
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(new TestCertificates().Issue("mx.example.com").Chain);
        return chain;
    }
}

using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using DirMail.Unit.Transfer;
using DirMail.Wire;

namespace DirMail.Unit.Wire;

public sealed class PemCertificatesTests : IAsyncLifetime
{
    private static readonly IPAddress Host = IPAddress.Loopback, Virtual = IPAddress.Parse("127.0.70.1"), Bare = IPAddress.Parse("127.0.70.2");

    private readonly TemporaryFolder _folder = new(), _data = new();
    private readonly TestCertificates _authority = new();
    private readonly Logs _logs = new();
    private PemCertificates? _certificates;

    private PemCertificates Certificates => _certificates ??= new(new() { Folders = [_folder.Path], HostName = "mail.abc.com" },
        SelfMadeCertificate.LoadOrMake(_data.Path, "mail.abc.com", TimeProvider.System),
        address => address.Equals(Virtual) ? ["mail.bcd.com", "bcd.com", "bcd.net"] : address.Equals(Bare) ? ["mail.cde.com", "cde.com"] : [],
        TimeProvider.System, _logs);

    [Theory]
    [InlineData("127.0.0.1", null, "mail.abc.com")]
    [InlineData("127.0.0.1", "mail.bcd.com", "mail.bcd.com")]
    [InlineData("127.0.0.1", "MAIL.BCD.COM", "mail.bcd.com")]
    [InlineData("127.0.0.1", "imap.shop.example", "*.shop.example")]
    [InlineData("127.0.0.1", "a.b.shop.example", "mail.abc.com")]
    [InlineData("127.0.0.1", "nobody.example", "mail.abc.com")]
    [InlineData("127.0.70.1", null, "mail.bcd.com")]
    [InlineData("127.0.70.1", "imap.bcd.net", "imap.bcd.net")]
    [InlineData("127.0.70.1", "mail.abc.com", "mail.bcd.com")]
    [InlineData("127.0.70.1", "notbcd.com", "mail.bcd.com")]
    [InlineData("127.0.70.2", "mail.bcd.com", "mail.bcd.com")]
    [InlineData("127.0.70.2", null, "mail.abc.com")]
    public void It_is_chosen_by_local_address_then_by_the_clients_name_then_the_hosts(string local, string? serverName, string expected)
    {
        _authority.Write(_folder.Path, "host", "mail.abc.com");
        _authority.Write(_folder.Path, "bcd", "mail.bcd.com");
        _authority.Write(_folder.Path, "bcd.net", "imap.bcd.net", "notbcd.com");
        _authority.Write(_folder.Path, "shop", "*.shop.example");
        Assert.Equal(expected, Certificates.Find(serverName, IPAddress.Parse(local)).Names[0]);
    }

    [Fact]
    public void Without_files_the_self_made_one_is_shown() => Assert.Equal(["mail.abc.com"], Certificates.Find("mail.bcd.com", Virtual).Names);

    [Fact]
    public void Folders_as_ACME_clients_leave_them_are_read()
    {
        string live = Directory.CreateDirectory(Path.Combine(_folder.Path, "mail.bcd.com")).FullName, archive = Directory.CreateDirectory(Path.Combine(_data.Path, "archive")).FullName;
        _authority.Write(archive, "1", "mail.bcd.com");
        File.CreateSymbolicLink(Path.Combine(live, "fullchain.pem"), Path.Combine(archive, "1.pem"));
        File.CreateSymbolicLink(Path.Combine(live, "privkey.pem"), Path.Combine(archive, "1.key"));
        string first = Shown();
        _authority.Write(archive, "2", "mail.bcd.com");
        File.Delete(Path.Combine(live, "fullchain.pem"));
        File.CreateSymbolicLink(Path.Combine(live, "fullchain.pem"), Path.Combine(archive, "2.pem"));
        Certificates.Reload();
        Assert.Equal(first, Shown());
        File.Delete(Path.Combine(live, "privkey.pem"));
        File.CreateSymbolicLink(Path.Combine(live, "privkey.pem"), Path.Combine(archive, "2.key"));
        Certificates.Reload();
        Assert.NotEqual(first, Shown());
    }

    [Fact]
    public void One_file_may_hold_both()
    {
        (string chain, string key) = _authority.Issue("mail.bcd.com");
        TestCertificates.WriteKey(Path.Combine(_folder.Path, "both.pem"), chain + key);
        Assert.Equal(["mail.bcd.com"], Certificates.Find(null, Virtual).Names);
    }

    [Fact]
    public void A_half_written_pair_keeps_the_one_before_and_names_the_file()
    {
        _authority.Write(_folder.Path, "bcd", "mail.bcd.com");
        string first = Shown(), file = Path.Combine(_folder.Path, "bcd.pem"), key = Path.ChangeExtension(file, ".key");
        string whole = File.ReadAllText(file);
        (string newChain, string newKey) = _authority.Issue("mail.bcd.com");
        File.WriteAllText(file, newChain[..300]);
        Certificates.Reload();
        Assert.Equal(first, Shown());
        Assert.Contains(Said(), line => line.Contains(file, StringComparison.Ordinal) && line.Contains("the one before stays", StringComparison.Ordinal));
        File.WriteAllText(file, newChain);
        Certificates.Reload();
        Assert.Equal(first, Shown());
        Assert.NotNull(Certificates.Status.Single().Problem);
        File.Delete(key);
        Certificates.Reload();
        Assert.Equal(first, Shown());
        TestCertificates.WriteKey(key, newKey);
        Certificates.Reload();
        Assert.NotEqual(first, Shown());
        Assert.Null(Certificates.Status.Single().Problem);
        File.Delete(file);
        Certificates.Reload();
        Assert.NotEqual(whole, Shown());
        Assert.Equal(["mail.bcd.com"], Certificates.Find(null, Virtual).Names);
        File.Delete(key);
        Certificates.Reload();
        Assert.Equal(["mail.abc.com"], Certificates.Find(null, Virtual).Names);
    }

    [Fact]
    public void A_key_that_others_may_read_is_refused()
    {
        _authority.Write(_folder.Path, "bcd", "mail.bcd.com");
        File.SetUnixFileMode(Path.Combine(_folder.Path, "bcd.key"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Equal(["mail.abc.com"], Certificates.Find(null, Virtual).Names);
        Assert.Contains("chmod", Certificates.Status.Single().Problem, StringComparison.Ordinal);
        File.SetUnixFileMode(Path.Combine(_folder.Path, "bcd.key"), UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Certificates.Reload();
        Assert.Equal(["mail.bcd.com"], Certificates.Find(null, Virtual).Names);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no PEM at all")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    public void Garbage_is_told_and_hurts_nobody_else(string garbage)
    {
        File.WriteAllText(Path.Combine(_folder.Path, "bad.pem"), garbage);
        File.SetUnixFileMode(Path.Combine(_folder.Path, "bad.pem"), UnixFileMode.UserRead);
        _authority.Write(_folder.Path, "bcd", "mail.bcd.com");
        Assert.Equal(["mail.bcd.com"], Certificates.Find(null, Virtual).Names);
        Assert.Single(Certificates.Status, status => status.Problem is not null && status.File.EndsWith("bad.pem", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_folder_that_is_away_for_a_while_takes_nothing_away()
    {
        await using var outer = new TemporaryFolder();
        string folder = Directory.CreateDirectory(Path.Combine(outer.Path, "certificates")).FullName;
        _authority.Write(folder, "bcd", "mail.bcd.com");
        await using var certificates = new PemCertificates(new() { Folders = [folder], HostName = "mail.abc.com" }, SelfMadeCertificate.LoadOrMake(_data.Path, "mail.abc.com", TimeProvider.System),
            static _ => [], TimeProvider.System, _logs);
        Directory.Move(folder, folder + ".old");
        certificates.Reload();
        certificates.Reload();
        Assert.Equal(["mail.bcd.com"], certificates.Find("mail.bcd.com", Host).Names);
        Assert.Single(Said(), line => line.Contains("cannot be looked at", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_chain_is_sent_along()
    {
        _authority.Write(_folder.Path, "bcd", "mail.bcd.com");
        await using Pair pair = await Pair.OpenAsync();
        Task<bool> shaking = pair.Ours.StartTlsAsync(Certificates, CancellationToken.None);
        int sent = 0;
        using var tls = new SslStream(pair.Peer, leaveInnerStreamOpen: true, (_, _, chain, _) =>
        {
            sent = chain!.ChainPolicy.ExtraStore.Count;
            return true;
        });
        await tls.AuthenticateAsClientAsync("mail.bcd.com").WaitAsync(Pair.Soon);
        Assert.True(await shaking);
        Assert.Equal("mail.bcd.com", pair.Ours.ServerName);
        Assert.Equal("CN=mail.bcd.com", tls.RemoteCertificate!.Subject);
        Assert.Equal(1, sent);
    }

    /// <summary>RFC 8996.</summary>
    [Theory]
    [InlineData(SslProtocols.Tls13, "TLSv1.3")]
    [InlineData(SslProtocols.Tls12, "TLSv1.2")]
#pragma warning disable SYSLIB0039, CA5397 // the old version is what is tested
    [InlineData(SslProtocols.Tls11, null)]
#pragma warning restore SYSLIB0039, CA5397
    public async Task TLS_is_1_2_or_1_3(SslProtocols protocol, string? version)
    {
        _authority.Write(_folder.Path, "bcd", "mail.bcd.com");
        await using Pair pair = await Pair.OpenAsync();
        Task<bool> shaking = pair.Ours.StartTlsAsync(Certificates, CancellationToken.None);
        using var tls = new SslStream(pair.Peer, leaveInnerStreamOpen: true, static (_, _, _, _) => true);
        Exception? failure = await Record.ExceptionAsync(() => tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "mail.bcd.com", EnabledSslProtocols = protocol }).WaitAsync(Pair.Soon));
        if (version is null)
            pair.PeerSocket.Close();
        Assert.Equal(version is null, failure is not null);
        Assert.Equal(version is not null, await shaking);
        Assert.Equal(version, pair.Ours.TlsVersion);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_certificates is not null)
            await _certificates.DisposeAsync();
        await _folder.DisposeAsync();
        await _data.DisposeAsync();
    }

    private string Shown() => Certificates.Find(null, Virtual).Leaf.Thumbprint;

    private List<string> Said()
    {
        List<string> lines = [];
        while (_logs.Lines.TryRead(out string? line))
            lines.Add(line);
        return lines;
    }
}

using System.Net;
using DirMail.Wire;
using FsCheck;
using FsCheck.Fluent;

namespace DirMail.Unit.Wire;

public sealed class DnsTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Mx_hosts_come_by_preference_and_only_once_are_asked_for()
    {
        await using var server = new FakeDns((query, _) => query.Reply(records: [DnsMessage.Mx("EXAMPLE.com", 20, "B.example.com"), DnsMessage.Mx("example.com", 10, "a.example.com")]));
        DnsClient dns = server.Client();
        MxAnswer answer = await dns.MxAsync("Example.COM.", None);
        Assert.Equal([new MxHost(10, "a.example.com"), new MxHost(20, "b.example.com")], answer.Hosts);
        await dns.MxAsync("example.com", None);
        Assert.Equal(1, server.Asked);
    }

    [Fact]
    public async Task Records_of_a_port_are_read_and_how_far_they_may_be_trusted_is_told()
    {
        await using var server = new FakeDns((query, _) => query.Reply(authentic: query.Name.Contains("signed", StringComparison.Ordinal), records: [DnsMessage.Tlsa(query.Name, 3, 1, 1, 0xAB, 0xCD), DnsMessage.Tlsa(query.Name, 3, 1)]));
        DnsClient dns = server.Client();
        TlsaAnswer signed = await dns.TlsaAsync("mx.signed.test", 25, None);
        Assert.True(signed is { Status: DnsStatus.Ok, IsAuthentic: true, Records: [{ Usage: 3, Selector: 1, Matching: 1 }] });
        Assert.Equal<byte>([0xAB, 0xCD], signed.Records[0].Data);
        Assert.False((await dns.TlsaAsync("mx.open.test", 25, None)).IsAuthentic);
    }

    [Fact]
    public async Task An_answer_is_authentic_only_when_all_aliases_before_it_are()
    {
        await using var server = new FakeDns((query, _) => query.Name == "alias.test"
            ? query.Reply(records: [DnsMessage.Cname("alias.test", "mx.test")])
            : query.Reply(authentic: true, records: [DnsMessage.Tlsa(query.Name, 3, 1, 1, 1), DnsMessage.A(query.Name, query.Type == DnsType.A ? "192.0.2.1" : "2001:db8::1"), DnsMessage.Mx(query.Name, 1, "mx.test")]));
        DnsClient dns = server.Client();
        Assert.True((await dns.AddressesAsync("mx.test", None)).IsAuthentic);
        Assert.True((await dns.MxAsync("mx.test", None)).IsAuthentic);
        Assert.False((await dns.AddressesAsync("alias.test", None)).IsAuthentic);
    }

    [Fact]
    public async Task A_null_mx_is_told()
    {
        await using var server = new FakeDns((query, _) => query.Reply(records: [DnsMessage.Mx("example.com", 0, "")]));
        MxAnswer answer = await server.Client().MxAsync("example.com", None);
        Assert.True(answer is { Status: DnsStatus.Ok, IsNullMx: true, Hosts: [] });
    }

    [Theory]
    [InlineData(3, DnsStatus.NoSuchDomain)]
    [InlineData(0, DnsStatus.NoData)]
    [InlineData(2, DnsStatus.Unavailable)]
    [InlineData(5, DnsStatus.Unavailable)]
    public async Task Reply_codes_tell_what_is_and_what_may_be(int code, DnsStatus status)
    {
        await using var server = new FakeDns((query, _) => query.Reply(code));
        Assert.Equal(status, (await server.Client().MxAsync("example.com", None)).Status);
        Assert.Equal(status, (await server.Client().AddressesAsync("example.com", None)).Status);
    }

    [Fact]
    public async Task An_absence_is_remembered_as_long_as_the_zone_says()
    {
        var clock = new ManualClock();
        await using var server = new FakeDns((query, _) => query.Reply(3, authorities: 1, records: [DnsMessage.Soa("com", 60)]));
        DnsClient dns = server.Client(clock);
        for (int second = 0; second < 59; second++, clock.Pass(TimeSpan.FromSeconds(1)))
            Assert.Equal(DnsStatus.NoSuchDomain, (await dns.MxAsync("example.com", None)).Status);
        Assert.Equal(1, server.Asked);
        clock.Pass(TimeSpan.FromSeconds(2));
        await dns.MxAsync("example.com", None);
        Assert.Equal(2, server.Asked);
    }

    /// <summary>It is asked, tried once, and then left alone: whoever asks meanwhile has his answer at once.</summary>
    [Fact]
    public async Task A_server_that_answers_nothing_is_passed_over_for_a_while()
    {
        var clock = new ManualClock();
        bool isSilent = true;
        await using var server = new FakeDns((query, _) => isSilent ? null : query.Reply(records: [DnsMessage.Mx(query.Name, 1, "mx.example.com")]));
        DnsClient dns = server.Client(clock, TimeSpan.FromMilliseconds(100));
        Assert.Equal(DnsStatus.Unavailable, (await dns.MxAsync("example.com", None)).Status);
        await server.WasAskedAsync(2);
        for (int i = 0; i < 20; i++)
            Assert.Equal(DnsStatus.Unavailable, (await dns.MxAsync($"{i}.example.com", None)).Status);
        Assert.Equal(2, server.Asked);
        clock.Pass(TimeSpan.FromSeconds(10));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => dns.MxAsync($"{i}.example.com", None)));
        await server.WasAskedAsync(3);
        isSilent = false;
        clock.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal(DnsStatus.Ok, (await dns.MxAsync("example.com", None)).Status);
    }

    /// <summary>A sender's own dead name servers make nobody else's mail go unchecked.</summary>
    [Fact]
    public async Task A_domain_without_an_answer_says_nothing_of_the_server()
    {
        await using var server = new FakeDns((query, _) => query.Name.EndsWith("lame.test", StringComparison.Ordinal) ? null : query.Reply(records: [DnsMessage.Mx(query.Name, 1, "mx.example.com")]));
        DnsClient dns = server.Client(timeout: TimeSpan.FromMilliseconds(500));
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => dns.MxAsync($"{i}.lame.test", None)));
        Assert.Equal(DnsStatus.Ok, (await dns.MxAsync("example.com", None)).Status);
    }

    [Fact]
    public async Task Addresses_of_both_families_are_one_answer()
    {
        await using var server = new FakeDns((query, _) => query.Reply(records: [DnsMessage.A(query.Name, query.Type == DnsType.A ? "192.0.2.1" : "2001:db8::1")]));
        AddressAnswer answer = await server.Client().AddressesAsync("mx.example.com", None);
        Assert.Equal([IPAddress.Parse("192.0.2.1"), IPAddress.Parse("2001:db8::1")], answer.Addresses);
    }

    [Fact]
    public async Task A_cut_answer_is_asked_for_again_over_tcp()
    {
        byte[][] many = [.. Enumerable.Range(1, 200).Select(n => DnsMessage.Mx("example.com", n, $"mx{n}.example.com"))];
        await using var server = new FakeDns((query, tcp) => tcp ? query.Reply(records: many) : query.Reply(truncated: true));
        Assert.Equal(200, (await server.Client().MxAsync("example.com", None)).Hosts.Count);
    }

    [Fact]
    public async Task Old_servers_are_asked_without_edns()
    {
        await using var server = new FakeDns((query, _) => query.HasEdns ? query.Reply(1) : query.Reply(records: [DnsMessage.Mx("example.com", 1, "mx.example.com")]));
        Assert.Equal(DnsStatus.Ok, (await server.Client().MxAsync("example.com", None)).Status);
    }

    [Fact]
    public async Task Aliases_are_followed_within_and_across_answers()
    {
        await using var server = new FakeDns((query, _) => query.Name switch
        {
            "www.example.com" => query.Reply(records: [DnsMessage.Cname("www.example.com", "a.example.com"), DnsMessage.Cname("a.example.com", "b.example.net")]),
            "b.example.net" when query.Type == DnsType.A => query.Reply(records: [DnsMessage.A("b.example.net", "192.0.2.5")]),
            _ => query.Reply(),
        });
        Assert.Equal([IPAddress.Parse("192.0.2.5")], (await server.Client().AddressesAsync("www.example.com", None)).Addresses);
    }

    [Fact]
    public async Task A_ring_of_aliases_ends()
    {
        await using var server = new FakeDns((query, _) => query.Reply(records: [DnsMessage.Cname("a.com", "b.com"), DnsMessage.Cname("b.com", "a.com")]));
        Assert.Equal(DnsStatus.Unavailable, (await server.Client().AddressesAsync("a.com", None)).Status);
        await using var endless = new FakeDns((query, _) => query.Reply(records: [DnsMessage.Cname(query.Name, "x." + query.Name)]));
        Assert.Equal(DnsStatus.Unavailable, (await endless.Client().MxAsync("a.com", None)).Status);
        Assert.InRange(endless.Asked, 1, 20);
    }

    [Fact]
    public async Task Foreign_ids_names_and_garbage_are_not_believed()
    {
        await using var server = new FakeDns((query, _) =>
        {
            byte[] forged = query.Reply(records: [DnsMessage.Mx("example.com", 1, "evil.example")]);
            forged[0] ^= 0xFF;
            return forged;
        });
        Assert.Equal(DnsStatus.Unavailable, (await server.Client(timeout: TimeSpan.FromMilliseconds(100)).MxAsync("example.com", None)).Status);
        await using var other = new FakeDns((query, _) => new DnsMessage([.. query.Octets[..12], .. DnsMessage.Wire("other.com"), 0, 15, 0, 1]).Reply());
        Assert.Equal(DnsStatus.Unavailable, (await other.Client(timeout: TimeSpan.FromMilliseconds(100)).MxAsync("example.com", None)).Status);
    }

    [Fact]
    public async Task A_silent_server_is_waited_for_once_and_the_next_one_answers()
    {
        await using var silent = new FakeDns((_, _) => null);
        await using var server = new FakeDns((query, _) => query.Reply(records: [DnsMessage.Mx(query.Name, 1, "mx.example.com")]));
        var dns = new DnsClient(new DnsSettings { Servers = [silent.Address, server.Address], Timeout = TimeSpan.FromMilliseconds(100) }, TimeProvider.System);
        foreach (string domain in (string[])["example.com", "example.net", "example.org"])
            Assert.Equal(DnsStatus.Ok, (await dns.MxAsync(domain, None)).Status);
        // the question, and the trial
        await silent.WasAskedAsync(2);
    }

    [Fact]
    public async Task Reverse_names_are_asked_for_in_both_families()
    {
        var asked = new List<string>();
        await using var server = new FakeDns((query, _) =>
        {
            asked.Add(query.Name);
            return query.Reply(records: [DnsMessage.Record(query.Name, DnsType.Ptr, 60, DnsMessage.Wire("Mail.ABC.com"))]);
        });
        DnsClient dns = server.Client();
        Assert.Equal(["mail.abc.com"], (await dns.NamesAsync(IPAddress.Parse("192.0.2.10"), None)).Names);
        Assert.Equal(["mail.abc.com"], (await dns.NamesAsync(IPAddress.Parse("2001:db8::1"), None)).Names);
        Assert.Equal(["10.2.0.192.in-addr.arpa", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"], asked);
    }

    [Fact]
    public async Task Strings_of_a_text_record_are_one_text()
    {
        await using var server = new FakeDns((query, _) => query.Reply(records:
        [
            DnsMessage.Record(query.Name, DnsType.Txt, 60, [.. "\x08v=spf1 a"u8, .. "\x05 -all"u8]),
            DnsMessage.Record(query.Name, DnsType.Txt, 60, [1, 7]),
        ]));
        Assert.Equal(["v=spf1 a -all", "?"], (await server.Client().TextsAsync("example.com", None)).Texts);
    }

    [Fact]
    public async Task A_text_record_that_is_longer_than_it_is_is_no_answer()
    {
        await using var server = new FakeDns((query, _) => query.Reply(records: [DnsMessage.Record(query.Name, DnsType.Txt, 60, [9, (byte)'a'])]));
        Assert.Equal(DnsStatus.Unavailable, (await server.Client(timeout: TimeSpan.FromMilliseconds(200)).TextsAsync("example.com", None)).Status);
    }

    [Fact]
    public async Task Without_servers_only_localhost_and_literals_are_known()
    {
        var dns = new DnsClient(new DnsSettings(), TimeProvider.System);
        Assert.Equal(DnsStatus.Unavailable, (await dns.MxAsync("example.com", None)).Status);
        Assert.Equal(DnsStatus.Unavailable, (await dns.AddressesAsync("example.com", None)).Status);
        Assert.Empty((await dns.NamesAsync(IPAddress.Loopback, None)).Names);
        Assert.Equal([IPAddress.Loopback, IPAddress.IPv6Loopback], (await dns.AddressesAsync("localhost", None)).Addresses);
        Assert.Equal([IPAddress.Parse("192.0.2.9")], (await dns.AddressesAsync("[192.0.2.9]", None)).Addresses);
        Assert.Equal([IPAddress.Parse("2001:db8::9")], (await dns.AddressesAsync("[IPv6:2001:db8::9]", None)).Addresses);
        Assert.Equal(DnsStatus.NoData, (await dns.MxAsync("[192.0.2.9]", None)).Status);
    }

    [Theory]
    [InlineData("a..com")]
    [InlineData("grün.de")]
    [InlineData("")]
    [InlineData("this-label-is-longer-than-sixty-three-octets-and-so-it-cannot-be-asked-for.com")]
    public async Task Names_that_cannot_be_asked_for_do_not_exist(string name) =>
        Assert.Equal(DnsStatus.NoSuchDomain, (await new DnsClient(new DnsSettings(), TimeProvider.System).MxAsync(name, None)).Status);

    [Fact]
    public void The_parser_survives_anything()
    {
        byte[] query = DnsQuery.Write(7, new("example.com", DnsType.Mx), edns: false)!;
        byte[] good = new DnsMessage(query).Reply(records: [DnsMessage.Mx("example.com", 1, "mx.example.com"), DnsMessage.Cname("a", "b"), DnsMessage.A("c", "192.0.2.1"), DnsMessage.Soa("com", 9)]);
        Assert.NotNull(DnsReader.Read(good));
        for (int length = 0; length < good.Length; length++)
            _ = DnsReader.Read(good.AsSpan(0, length));
        Prop.ForAll<int, byte, int>((at, value, more) =>
        {
            byte[] broken = [.. good];
            broken[(at & int.MaxValue) % broken.Length] = value;
            broken[(more & int.MaxValue) % broken.Length] ^= 0xC0;
            _ = DnsReader.Read(broken);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
        Prop.ForAll<byte[]>(noise => { _ = DnsReader.Read([.. good[..12], .. noise]); }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    [Fact]
    public void A_pointer_to_itself_is_no_loop()
    {
        byte[] header = [0, 7, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0];
        Assert.Null(DnsReader.Read([.. header, 0xC0, 12, 0, 15, 0, 1]));
        Assert.Null(DnsReader.Read([.. header, 1, (byte)'a', 0xC0, 12, 0, 15, 0, 1]));
    }

    [Fact]
    public void Servers_are_read_from_resolv_conf()
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, "# comment\nsearch abc.com\nnameserver 192.0.2.1\n nameserver\t2001:db8::1 \nnameserver nonsense\nnameserver\n");
        Assert.Equal([new IPEndPoint(IPAddress.Parse("192.0.2.1"), 53), new IPEndPoint(IPAddress.Parse("2001:db8::1"), 53)], DnsSettings.SystemServers(file).AsEnumerable());
        File.Delete(file);
        Assert.Empty(DnsSettings.SystemServers(file));
    }
}

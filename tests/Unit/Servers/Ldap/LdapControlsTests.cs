using System.Formats.Asn1;
using System.Net;
using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Ldap.Codec;
using DirMail.Ldap.Tree;
using DirMail.Servers.Ldap;
using DirMail.Unit.Ldap.Tree;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Unit.Servers.Ldap;

/// <summary>What the root DSE announces is what is done, and nothing else is taken as critical.</summary>
public sealed class LdapControlsTests : IAsyncLifetime
{
    private const string Unsupported = "1.2.3.4.5";
    private static readonly LdapFilter s_uid = LdapFilter.Is("uid", "alice");

    private DirectoryTree _tree = null!;
    private LdapListener _listener = null!;
    private RawLdap _raw = null!;

    public async Task InitializeAsync()
    {
        _tree = await Example.TreeAsync();
        _listener = new LdapListener(_tree, new LdapListenerSettings(), null, NullLogger.Instance);
        IPEndPoint endpoint = await _listener.AddAsync(new IPEndPoint(IPAddress.Loopback, 0), CancellationToken.None);
        _raw = await RawLdap.ConnectAsync(endpoint);
        await _raw.BindAsync("uid=siteadmin,ou=Services,o=hosting", "siteadmin-secret");
    }

    public async Task DisposeAsync()
    {
        _raw.Dispose();
        await _listener.DisposeAsync();
        await _tree.DisposeAsync();
    }

    [Fact]
    public async Task Every_control_that_is_announced_is_taken_as_critical_by_some_operation_and_no_other()
    {
        string[] announced = [.. await RootAsync("supportedControl")];
        Assert.Equal(7, announced.Length);
        foreach (string oid in announced.Append(Unsupported))
        {
            var codes = new List<LdapResultCode>();
            foreach (LdapOperation request in Requests())
                codes.Add(CodeOf(await _raw.AskAsync(request, new LdapControl(oid, Critical: true, Value(oid)))));
            Assert.True(oid == Unsupported ? codes.All(c => c == LdapResultCode.UnavailableCriticalExtension) : codes.Any(c => c != LdapResultCode.UnavailableCriticalExtension), oid);
        }
    }

    [Fact]
    public async Task A_control_that_is_not_critical_and_not_known_is_passed_over()
    {
        LdapMessage answer = await _raw.AskAsync(new LdapOperation.CompareRequest(Example.Alice, "uid", "alice"u8.ToArray()), new LdapControl(Unsupported, false, null));
        Assert.Equal(LdapResultCode.CompareTrue, CodeOf(answer));
    }

    [Fact]
    public async Task Every_extended_operation_that_is_announced_is_known()
    {
        IReadOnlyList<string> announced = await RootAsync("supportedExtension");
        Assert.Equal([LdapOids.Cancel, LdapOids.PasswordModify, LdapOids.WhoAmI], announced.Order(StringComparer.Ordinal));
        foreach (string oid in announced)
            Assert.DoesNotContain("unsupported", ((LdapOperation.ExtendedResponse)(await _raw.AskAsync(new LdapOperation.ExtendedRequest(oid))).Operation).Result.Message, StringComparison.Ordinal);
        Assert.Equal(LdapResultCode.ProtocolError, CodeOf(await _raw.AskAsync(new LdapOperation.ExtendedRequest(LdapOids.StartTls))));
    }

    [Theory]
    [InlineData("(uid=alice)", 0)]
    [InlineData("(uid=bob)", 122)]
    [InlineData("(nonsense=1)", 122)]
    [InlineData("(userPassword=*)", 122)]
    public async Task A_write_depends_on_its_assertion(string filter, int expected)
    {
        Assert.True(LdapFilter.TryParse(filter, out LdapFilter? parsed, out _));
        LdapControl assertion = new(Assertion.Oid, true, Encoded(parsed!));
        string before = _tree.Dump();
        Assert.Equal((LdapResultCode)expected, CodeOf(await _raw.AskAsync(new LdapOperation.ModifyRequest(Example.Alice, [Example.Replace("cn", "Asserted")]), assertion)));
        Assert.Equal(expected == 0, before != _tree.Dump());
        Assert.Equal((LdapResultCode)(expected == 0 ? 6 : 122), CodeOf(await _raw.AskAsync(new LdapOperation.CompareRequest(Example.Alice, "uid", "alice"u8.ToArray()), assertion)));
        Assert.Equal((LdapResultCode)expected, CodeOf((await _raw.AskAllAsync(new LdapOperation.SearchRequest(Example.Alice, LdapScope.Base, LdapFilter.Everything, []), assertion))[^1]));
        Assert.Equal((LdapResultCode)expected, CodeOf(await _raw.AskAsync(new LdapOperation.DeleteRequest(Example.Alice), assertion)));
    }

    [Fact]
    public async Task An_assertion_on_an_add_is_about_the_new_entry()
    {
        var add = new LdapOperation.AddRequest("uid=new,ou=People,o=bcd.com,o=hosting", Example.Person("new"));
        Assert.Equal(LdapResultCode.AssertionFailed, CodeOf(await _raw.AskAsync(add, new LdapControl(Assertion.Oid, true, Encoded(s_uid)))));
        Assert.Equal(LdapResultCode.Success, CodeOf(await _raw.AskAsync(add, new LdapControl(Assertion.Oid, true, Encoded(LdapFilter.Is("uid", "new"))))));
    }

    [Fact]
    public async Task A_write_tells_the_entry_before_and_after()
    {
        LdapMessage modified = await _raw.AskAsync(new LdapOperation.ModifyRequest(Example.Alice, [Example.Replace("cn", "After")]),
            new LdapControl(ReadEntry.BeforeOid, true, Selection("cn")), new LdapControl(ReadEntry.AfterOid, true, Selection("cn", "modifiersName", "userPassword")));
        Assert.Equal("cn: Alice Able", Told(modified, ReadEntry.BeforeOid));
        Assert.Equal("cn: After / modifiersName: uid=siteadmin,ou=Services,o=hosting", Told(modified, ReadEntry.AfterOid));

        LdapMessage renamed = await _raw.AskAsync(new LdapOperation.ModifyDnRequest(Example.Alice, "uid=alicia", true, null), new LdapControl(ReadEntry.AfterOid, true, Selection("uid", "entryDN")));
        Assert.Equal("uid: alicia / entryDN: uid=alicia,ou=People,o=bcd.com,o=hosting", Told(renamed, ReadEntry.AfterOid));
        LdapMessage deleted = await _raw.AskAsync(new LdapOperation.DeleteRequest("uid=alicia,ou=People,o=bcd.com,o=hosting"), new LdapControl(ReadEntry.BeforeOid, true, Selection("uid")));
        Assert.Equal("uid: alicia", Told(deleted, ReadEntry.BeforeOid));
        LdapMessage refused = await _raw.AskAsync(new LdapOperation.DeleteRequest("uid=alicia,ou=People,o=bcd.com,o=hosting"), new LdapControl(ReadEntry.BeforeOid, true, Selection("uid")));
        Assert.Empty(refused.Controls);
    }

    [Fact]
    public async Task A_search_gives_the_values_asked_for()
    {
        var search = new LdapOperation.SearchRequest(Example.Bcd, LdapScope.Subtree, LdapFilter.Is("objectClass", "groupOfUniqueNames"), ["uniqueMember", "cn"]);
        var writer = new AsnWriter(AsnEncodingRules.BER);
        using (writer.PushSequence())
            FilterCodec.Write(writer, LdapFilter.Is("uniqueMember", Example.Bob));
        List<LdapMessage> found = await _raw.AskAllAsync(search, new LdapControl(MatchedValues.Oid, true, writer.Encode()));
        string[] told = [.. found.Select(m => m.Operation).OfType<LdapOperation.SearchResultEntry>().SelectMany(e => e.Attributes).Select(a => $"{a.Description}: {new LdapEntry(Dn.Root, [a]).First(a.Description)}")];
        Assert.Equal([$"uniqueMember: {Example.Bob}"], told);
    }

    [Fact]
    public async Task A_persistent_search_is_cancelled_with_an_answer()
    {
        int search = await _raw.SendAsync(new LdapOperation.SearchRequest(Example.Bcd, LdapScope.Subtree, LdapFilter.Everything, ["1.1"]), SyncControls.Request(new SyncRequest(Persist: true, null), critical: true));
        while ((await _raw.ReadAsync())!.Operation is not LdapOperation.IntermediateResponse)
        {
        }
        int cancel = await _raw.SendAsync(new CancelRequest(search).ToRequest());
        LdapMessage[] answers = [(await _raw.ReadAsync())!, (await _raw.ReadAsync())!];
        Assert.Equal(LdapResultCode.Canceled, CodeOf(answers.Single(a => a.Id == search)));
        Assert.Equal(LdapResultCode.Success, CodeOf(answers.Single(a => a.Id == cancel)));
        Assert.Equal(LdapResultCode.NoSuchOperation, CodeOf(await _raw.AskAsync(new CancelRequest(search).ToRequest())));
        Assert.Equal(LdapResultCode.ProtocolError, CodeOf(await _raw.AskAsync(new LdapOperation.ExtendedRequest(LdapOids.Cancel, [1, 2, 3]))));
    }

    [Fact]
    public async Task Other_ways_to_bind_are_refused_and_leave_the_connection_anonymous()
    {
        LdapMessage answer = await _raw.AskAsync(new LdapOperation.BindRequest(3, "", new LdapCredentials.Sasl("EXTERNAL", null)));
        Assert.Equal(LdapResultCode.AuthMethodNotSupported, CodeOf(answer));
        var who = (LdapOperation.ExtendedResponse)(await _raw.AskAsync(new LdapOperation.ExtendedRequest(LdapOids.WhoAmI))).Operation;
        Assert.Empty(who.Value ?? []);
        Assert.Equal(LdapResultCode.ProtocolError, CodeOf(await _raw.AskAsync(new LdapOperation.BindRequest(2, "", new LdapCredentials.Simple([])))));
    }

    private async Task<IReadOnlyList<string>> RootAsync(string attribute)
    {
        List<LdapMessage> found = await _raw.AskAllAsync(new LdapOperation.SearchRequest("", LdapScope.Base, LdapFilter.Everything, [attribute]));
        var entry = (LdapOperation.SearchResultEntry)found[0].Operation;
        return [.. new LdapEntry(Dn.Root, entry.Attributes).All(attribute)];
    }

    private static IEnumerable<LdapOperation> Requests() =>
    [
        new LdapOperation.SearchRequest(Example.Alice, LdapScope.Base, LdapFilter.Is("uid", "nobody"), ["1.1"]),
        new LdapOperation.CompareRequest(Example.Alice, "uid", "alice"u8.ToArray()),
        new LdapOperation.AddRequest("uid=x,o=nowhere,o=hosting", Example.Person("x")),
        new LdapOperation.ModifyRequest("uid=x,o=nowhere,o=hosting", [Example.Replace("cn", "x")]),
        new LdapOperation.DeleteRequest("uid=x,o=nowhere,o=hosting"),
        new LdapOperation.ModifyDnRequest("uid=x,o=nowhere,o=hosting", "uid=y", true, null),
        new LdapOperation.ExtendedRequest(LdapOids.WhoAmI),
    ];

    /// <summary>A value that each control can have.</summary>
    private static byte[]? Value(string oid) => oid switch
    {
        PagedResults.Oid => new PagedResults(10, []).ToControl().Value,
        SyncControls.RequestOid => SyncControls.Request(new SyncRequest(Persist: false, null), critical: true).Value,
        Assertion.Oid => Encoded(s_uid),
        ReadEntry.BeforeOid or ReadEntry.AfterOid => Selection("cn"),
        _ => null,
    };

    private static byte[] Encoded(LdapFilter filter)
    {
        var writer = new AsnWriter(AsnEncodingRules.BER);
        FilterCodec.Write(writer, filter);
        return writer.Encode();
    }

    private static byte[] Selection(params string[] attributes)
    {
        var writer = new AsnWriter(AsnEncodingRules.BER);
        using (writer.PushSequence())
            foreach (string attribute in attributes)
                writer.WriteText(attribute);
        return writer.Encode();
    }

    private static string Told(LdapMessage answer, string oid)
    {
        Assert.Equal(LdapResultCode.Success, CodeOf(answer));
        var reader = new BerReader(answer.Control(oid)!.Value);
        reader.Enter(LdapTags.Operation(LdapTags.SearchEntry));
        reader.Text();
        reader.Enter(Asn1Tag.Sequence);
        var told = new List<string>();
        while (reader.HasMore)
        {
            int outer = reader.Enter(Asn1Tag.Sequence);
            string description = reader.Text();
            reader.Enter(Asn1Tag.SetOf);
            told.Add($"{description}: {reader.Text()}");
            reader.Leave(outer);
        }
        return string.Join(" / ", told);
    }

    private static LdapResultCode CodeOf(LdapMessage message) => message.Operation switch
    {
        LdapOperation.BindResponse bind => bind.Result.Code,
        LdapOperation.SearchResultDone done => done.Result.Code,
        LdapOperation.CompareResponse compare => compare.Result.Code,
        LdapOperation.AddResponse add => add.Result.Code,
        LdapOperation.ModifyResponse modify => modify.Result.Code,
        LdapOperation.DeleteResponse delete => delete.Result.Code,
        LdapOperation.ModifyDnResponse rename => rename.Result.Code,
        LdapOperation.ExtendedResponse extended => extended.Result.Code,
        _ => throw new ArgumentException(message.Operation.ToString()),
    };
}

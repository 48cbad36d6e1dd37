using System.Text;
using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Ldap.Ldif;
using Xunit;

namespace DirMail.Interop;

/// <summary>The same operations on OpenLDAP and on the embedded directory, row by row: same result codes, same matched names, same entries. OpenLDAP is the reference.</summary>
public sealed class SameAnswersTests : IAsyncLifetime
{
    private const string Root = "o=hosting", Alice = "uid=alice,ou=People,o=bcd.com,o=hosting", Bcd = "o=bcd.com,o=hosting";

    private LocalDirectory _embedded = null!;
    private Slapd _slapd = null!;
    private LdapClient _theirs = null!, _ours = null!;

    public async Task InitializeAsync()
    {
        (_slapd, _embedded) = (await Slapd.StartAsync(), await LocalDirectory.StartAsync());
        (_theirs, _ours) = (await LocalDirectory.ConnectAsync(_slapd.Port), await LocalDirectory.ConnectAsync(_embedded.Port));
    }

    public async Task DisposeAsync()
    {
        await _theirs.DisposeAsync();
        await _ours.DisposeAsync();
        await _embedded.DisposeAsync();
        await _slapd.DisposeAsync();
    }

    [Fact]
    public async Task Writes()
    {
        var differing = new List<string>();
        foreach (WriteRow row in WriteRow.Read(await File.ReadAllTextAsync(Program.File("tests/Interop/directory-writes.ldif"))))
        {
            LdapResult theirs = await WriteAsync(_theirs, row.Record), ours = await WriteAsync(_ours, row.Record);
            if (row.Differs is { } differs ? differs != ((int)ours.Code, (int)theirs.Code) : (ours.Code, ours.MatchedDn.ToUpperInvariant()) != (theirs.Code, theirs.MatchedDn.ToUpperInvariant()))
                differing.Add($"{row.Name}: we {Shown(ours)}, they {Shown(theirs)}");
            string here = await DumpAsync(_ours), there = await DumpAsync(_theirs);
            if (here == there)
                continue;
            differing.Add($"{row.Name}: the entries differ: {FirstDifference(here, there)}");
            break;
        }
        Assert.True(differing.Count == 0, string.Join('\n', differing));
    }

    private static readonly string[] s_filters =
    [
        "(objectClass=*)", "(uid=alice)", "(UID=ALICE)", "(uid= alice )", "(userid=alice)", "(0.9.2342.19200300.100.1.1=alice)", "(uid=al*)", "(uid=*ce)", "(uid=*li*)", "(uid=a*i*e)", "(uid=*)", "(cn=alice able)",
        "(cn=alice  able)", "(cn=* able)", "(cn=*  able)", "(cn=alice *)", "(cn~=alice able)", "(name=alice able)", "(name=*able*)", "(sn>=b)", "(uid<=b)", "(objectClass=person)", "(objectClass=top)",
        "(objectClass=2.5.6.6)", "(objectClass=nothing)", "(!(objectClass=nothing))", "(nonsense=1)", "(!(nonsense=1))", "(nonsense=*)", "(|(nonsense=1)(uid=alice))", "(&(nonsense=1)(uid=alice))",
        "(&)", "(|)", "(!(&))", "(&(objectClass=inetDomain)(associatedDomain=BCD.NET))", "(associatedDomain=*)", "(mail=ALICE@BCD.COM)", "(mailLocalAddress=A.Able@bcd.com)",
        "(mailAutoReplyTimeOut=24)", "(mailAutoReplyTimeOut=024)", "(mailAutoReplyTimeOut>=9)", "(mailAutoReplyTimeOut<=20)", "(mailAutoReplyTimeOut>=x)", "(!(mailAutoReplyTimeOut>=x))",
        "(vacationStartDate<=20260801000000Z)", "(vacationStartDate>=2026080101+0100)", "(vacationStartDate>=20260801010000Z)", "(vacationStartDate=20260801000000Z)", "(vacationStartDate=x)",
        "(uniqueMember=UID=alice, OU=people,o=bcd.com,o=hosting)", "(uniqueMember=x)", "(uniqueMember=*)", "(mgmanHidden=TRUE)", "(mgmanHidden=x)", "(hasSubordinates=TRUE)", "(entryDN=uid=ALICE,ou=People,o=bcd.com,o=hosting)",
        "(ou:dn:=Groups)", "(ou:dn:=people)", "(cn:caseExactMatch:=alice able)", "(cn:caseExactMatch:=Alice Able)", "(:caseIgnoreMatch:=alice)", "(:dn:caseIgnoreMatch:=people)", "(uid:2.5.13.2:=ALICE)", "(uid:nothing:=alice)",
        "(cn;lang-fr=alice)", "(cn;lang-fr=*)", "(userPassword=*)", "(!(userPassword=*))", "(structuralObjectClass=inetOrgPerson)",
    ];

    private static readonly string[][] s_selections = [[], ["*"], ["1.1"], ["cn"], ["CN", "uid"], ["commonName"], ["2.5.4.3"], ["name"], ["cn;lang-fr"], ["nonsense"], ["nonsense", "cn"], ["1.1", "cn"],
        ["structuralObjectClass", "hasSubordinates", "entryDN", "subschemaSubentry"], ["*", "hasSubordinates"], ["@person"], ["@inetMailUser", "cn"], ["@nothing"], ["userPassword", "cn"]];

    [Fact]
    public async Task Searches()
    {
        var differing = new List<string>();
        foreach (string text in s_filters)
        {
            Assert.True(LdapFilter.TryParse(text, out LdapFilter? filter, out string? error), $"{text}: {error}");
            await CompareAsync(text, new LdapSearch(Dn.Parse(Root), LdapScope.Subtree, filter!) { Attributes = ["1.1"] });
        }
        foreach (string[] selection in s_selections)
            await CompareAsync(string.Join(' ', selection), new LdapSearch(Dn.Parse(Bcd), LdapScope.Subtree, LdapFilter.Everything) { Attributes = selection });
        foreach (string name in (string[])[Root, Bcd, Alice, "UID=Alice, OU=people,o=bcd.com,o=hosting", $"uid=x,ou=Nowhere,{Bcd}", "o=elsewhere", "uid=x,o=nowhere.com,o=hosting"])
            foreach (LdapScope scope in Enum.GetValues<LdapScope>())
                await CompareAsync($"{scope} of {name}", new LdapSearch(Dn.Parse(name), scope, LdapFilter.Everything) { Attributes = ["1.1"] });
        foreach (int limit in (int[])[1, 5, 10, 11, 12])
            await CompareAsync($"limit {limit}", new LdapSearch(Dn.Parse(Bcd), LdapScope.Subtree, LdapFilter.Everything) { Attributes = ["cn"], SizeLimit = limit }, countOnly: true);
        Assert.True(differing.Count == 0, string.Join('\n', differing));

        async Task CompareAsync(string what, LdapSearch search, bool countOnly = false)
        {
            string ours = await FindAsync(_ours, search, countOnly), theirs = await FindAsync(_theirs, search, countOnly);
            if (ours != theirs)
                differing.Add($"{what}: {FirstDifference(ours, theirs)}");
        }
    }

    [Theory]
    [InlineData(Alice, "cn", "alice  ABLE")]
    [InlineData(Alice, "cn", "bob")]
    [InlineData(Alice, "commonName", "alice able")]
    [InlineData(Alice, "name", "alice able")]
    [InlineData(Alice, "description", "x")]
    [InlineData(Alice, "nonsense", "x")]
    [InlineData(Alice, "objectClass", "person")]
    [InlineData(Alice, "mailAutoReplyTimeOut", "024")]
    [InlineData(Alice, "mailAutoReplyTimeOut", "x")]
    [InlineData(Alice, "cn;lang-fr", "alice able")]
    [InlineData(Alice, "vacationStartDate", "20260801020000+0200")]
    [InlineData(Alice, "userPassword", "alice-bcd-secret")]
    [InlineData("uid=nobody,ou=People,o=bcd.com,o=hosting", "cn", "x")]
    [InlineData("o=elsewhere", "cn", "x")]
    public async Task Comparisons(string name, string attribute, string value)
    {
        LdapResult ours = await _ours.CompareAsync(Dn.Parse(name), attribute, Encoding.UTF8.GetBytes(value), CancellationToken.None);
        LdapResult theirs = await _theirs.CompareAsync(Dn.Parse(name), attribute, Encoding.UTF8.GetBytes(value), CancellationToken.None);
        Assert.Equal((theirs.Code, theirs.MatchedDn), (ours.Code, ours.MatchedDn));
    }

    private static async Task<string> FindAsync(LdapClient client, LdapSearch search, bool countOnly)
    {
        var entries = new List<string>();
        LdapResult result = LdapResult.Success;
        await foreach (LdapSearchItem item in client.SearchAsync(search, CancellationToken.None))
            if (item is LdapSearchItem.Found found)
                entries.Add(Shown(found.Entry));
            else if (item is LdapSearchItem.Done done)
                result = done.Result;
        return $"{result.Code} '{result.MatchedDn}' {entries.Count}\n{(countOnly ? "" : string.Join('\n', entries.Order(StringComparer.Ordinal)))}";
    }

    private static Task<LdapResult> WriteAsync(LdapClient client, LdifRecord record) => record switch
    {
        LdifRecord.Add add => client.AddAsync(add.Dn, add.Attributes, CancellationToken.None),
        LdifRecord.Modify modify => client.ModifyAsync(modify.Dn, modify.Changes, CancellationToken.None),
        LdifRecord.Delete delete => client.DeleteAsync(delete.Dn, CancellationToken.None),
        LdifRecord.ModifyDn rename => client.ModifyDnAsync(rename.Dn, rename.NewRdn.Text, rename.DeleteOldRdn, rename.NewSuperior, CancellationToken.None),
        _ => throw new ArgumentException($"{record.Dn}: no change record"),
    };

    /// <summary>Every entry with what does not depend on server and time, in an order of its own.</summary>
    private static async Task<string> DumpAsync(LdapClient client)
    {
        var search = new LdapSearch(Dn.Parse(Root), LdapScope.Subtree, LdapFilter.Everything) { Attributes = ["*", "structuralObjectClass", "hasSubordinates", "entryDN", "creatorsName", "modifiersName"] };
        var entries = new List<string>();
        await foreach (LdapSearchItem item in client.SearchAsync(search, CancellationToken.None))
            if (item is LdapSearchItem.Found found)
                entries.Add(Shown(found.Entry));
        return string.Join('\n', entries.Order(StringComparer.Ordinal));
    }

    private static string Shown(LdapEntry entry) =>
        $"{entry.Dn.Normal}\n" + string.Concat(entry.Attributes.OrderBy(a => a.Description, StringComparer.Ordinal)
            .Where(a => !a.Description.EndsWith("sName", StringComparison.Ordinal) || a.Values.All(v => v.AsSpan().StartsWith("uid=siteadmin"u8)))
            .Select(a => $"  {a.Description}: {string.Join(" | ", a.Values.Select(v => ShownValue(a.Description, v)).Order(StringComparer.Ordinal))}\n"));

    /// <summary>OpenLDAP writes names in its own way (no blanks, pairs of an RDN in order); here they stay as given.</summary>
    private static string ShownValue(string description, byte[] value)
    {
        string text = Encoding.UTF8.GetString(value);
        return description is "entryDN" or "uniqueMember" && Dn.TryParse(text, out Dn? name) ? name!.Normal : text;
    }

    private static string FirstDifference(string ours, string theirs)
    {
        string[] here = ours.Split('\n'), there = theirs.Split('\n');
        int at = Enumerable.Range(0, Math.Min(here.Length, there.Length)).FirstOrDefault(i => here[i] != there[i], Math.Min(here.Length, there.Length) - 1);
        return $"ours '{string.Join('/', here[Math.Max(0, at - 3)..(at + 1)])}', theirs '{string.Join('/', there[Math.Max(0, at - 3)..(at + 1)])}'";
    }

    private static string Shown(LdapResult result) => $"{(int)result.Code} {result.Code} matched '{result.MatchedDn}' ({result.Message})";
}

/// <summary>One record of a file of rows: named by its comment, with the two codes where they must differ.</summary>
internal sealed record WriteRow(string Name, (int Ours, int Theirs)? Differs, LdifRecord Record)
{
    private const string DiffersMark = "# differs: ";

    public static IEnumerable<WriteRow> Read(string file)
    {
        foreach (string block in file.Split("\n\n").Skip(1))
        {
            string[] lines = block.Split('\n');
            string[]? differs = lines.FirstOrDefault(l => l.StartsWith(DiffersMark, StringComparison.Ordinal))?[DiffersMark.Length..].Split(' ', 3);
            using var reader = new StringReader(block);
            if (LdifReader.Read(reader).Single() is not LdifItem.Read read)
                throw new FormatException(lines[0]);
            yield return new(lines[0][2..], differs is null ? null : (Number(differs[0]), Number(differs[1])), read.Record);
        }
    }

    private static int Number(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}

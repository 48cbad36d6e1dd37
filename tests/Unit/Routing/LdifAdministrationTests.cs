using System.Globalization;
using System.Text;
using DirMail.Ldap;
using DirMail.Ldap.Ldif;
using DirMail.Routing;

namespace DirMail.Unit.Routing;

/// <summary>LDIF into the embedded directory over LDAP, and out again.</summary>
public sealed class LdifAdministrationTests : IDisposable
{
    private const string New = "dn: o=new.test,o=hosting\nobjectClass: organization\no: new.test\n\n";
    private static readonly DirectoryLogin Site = new("siteadmin", "siteadmin-secret");

    private readonly string _folder = Directory.CreateTempSubdirectory("dirmail-ldif-").FullName;
    private readonly List<LdifFault> _faults = [];

    [Fact]
    public async Task An_unreadable_file_names_its_line_and_changes_nothing()
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        string good = File("good.ldif", New), bad = File("bad.ldif", "dn: o=bad\nthis is no attribute\n");
        Assert.Contains($"{bad}, line 2: 'name: value' expected; nothing was changed", (await LoadAsync(served, [good, bad])).Refusal, StringComparison.Ordinal);
        Assert.Equal(1, (await LoadAsync(served, [good])).Value!.Added);
        Assert.Contains($"{good}, line 1: the directory refused to add o=new.test,o=hosting: entry already exists", (await LoadAsync(served, [good])).Refusal, StringComparison.Ordinal);
        Assert.Contains("nowhere.ldif", (await LoadAsync(served, [Path.Combine(_folder, "nowhere.ldif")])).Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parents_go_before_children_though_nothing_waits_for_an_answer()
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        var text = new StringBuilder(New);
        for (int depth = 0; depth < 5; depth++)
            for (int i = 0; i < 40; i++)
                text.Append(CultureInfo.InvariantCulture, $"dn: {string.Concat(Enumerable.Repeat($"ou={i},", depth + 1))}o=new.test,o=hosting\nobjectClass: organizationalUnit\nou: {i}\n\n");
        Assert.Equal(new LdifCounts { Added = 201 }, (await LoadAsync(served, [File("deep.ldif", text.ToString())])).Value);
        // the same backwards: children leave first, and each name is used again at once
        string undone = string.Concat(text.ToString().Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Reverse().Select(r => $"{r.Split('\n')[0]}\nchangetype: delete\n\n"));
        Assert.Equal(new LdifCounts { Removed = 201, Added = 201 }, (await LoadAsync(served, [File("undo.ldif", undone), File("deep.ldif", text.ToString())])).Value);
    }

    [Fact]
    public async Task Every_kind_of_record_is_counted()
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        string file = File("all.ldif", New + """
            dn: o=new.test,o=hosting
            changetype: modify
            replace: description
            description: changed
            -

            dn: o=new.test,o=hosting
            changetype: modrdn
            newrdn: o=newer.test
            deleteoldrdn: 1

            dn: o=newer.test,o=hosting
            changetype: delete

            """);
        Assert.Equal(new LdifCounts { Added = 1, Changed = 1, Renamed = 1, Removed = 1 }, (await LoadAsync(served, [file])).Value);
    }

    [Fact]
    public async Task It_stops_at_the_first_refusal_or_goes_on_when_told()
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        string file = File("some.ldif", New + "dn: o=two.test,o=hosting\nobjectClass: organization\no: two.test\nnoSuchAttribute: x\n\nno record\n\n" + New.Replace("new", "three", StringComparison.Ordinal));
        string refusal = (await LoadAsync(served, [file], goesOn: true)).ToString();
        Assert.DoesNotContain("refused", refusal, StringComparison.Ordinal);
        Assert.Equal([5, 10], _faults.Select(f => f.Line));
        Assert.Contains("noSuchAttribute", _faults[0].Reason, StringComparison.Ordinal);

        string stopped = (await LoadAsync(served, [File("again.ldif", New.Replace("new", "four", StringComparison.Ordinal) + New)])).Refusal!;
        Assert.Contains("line 5: the directory refused to add o=new.test,o=hosting: entry already exists", stopped, StringComparison.Ordinal);
        Assert.EndsWith("1 records are in the directory", stopped, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Standard_input_is_read_once_as_it_comes()
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        var load = new LdifLoad(["-"]) { StandardInput = new StringReader(New + "no record\n") };
        string refusal = (await new Administration(served.Settings).Ldif.LoadAsync(Site, load, default)).Refusal!;
        Assert.Equal("standard input, line 5: 'name: value' expected; 1 records are in the directory", refusal);
    }

    [Fact]
    public async Task Progress_tells_records_and_octets()
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        string file = File("new.ldif", New);
        var told = new List<LdifProgress>();
        var load = new LdifLoad([file]) { Progress = new Told(told.Add) };
        await new Administration(served.Settings).Ldif.LoadAsync(Site, load, default);
        long octets = new FileInfo(file).Length;
        Assert.Equal([new(LdifPhase.Checking, 1, octets, octets), new(LdifPhase.Loading, 1, octets, octets)], told);
    }

    [Theory]
    [InlineData("dn: o=x.test,o=hosting\nobjectClass: organisation\no: x.test\n", "knows no object class organisation")]
    [InlineData("dn: o=x.test,o=hosting\nobjectClass: organization\no: x.test\nnoSuch: 1\n", "knows no attribute noSuch")]
    [InlineData("dn: o=x.test,o=hosting\nobjectClass: organization\no: x.test\nuid: 1\n", "none of its object classes allows the attribute uid")]
    [InlineData("dn: o=x.test,o=hosting\nobjectClass: extensibleObject\no: x.test\n", "has no structural object class")]
    [InlineData("dn: cn=x,o=hosting\nobjectClass: groupOfUniqueNames\ncn: x\n", "requires the attribute uniqueMember")]
    [InlineData("dn: o=x.test,o=hosting\nobjectClass: organization\no: y.test\n", "the name's o 'x.test' is no value")]
    [InlineData("dn: o=x.test,o=hosting\nobjectClass: organization\no: x.test\nentryUUID: 3f1c5e2a-0000-4000-8000-000000000001\n", "kept by the directory itself")]
    [InlineData("dn: ou=a,o=x.test,o=hosting\nobjectClass: organizationalUnit\nou: a\n", "its parent o=x.test,o=hosting is neither in the directory nor before it")]
    [InlineData("dn: o=bcd.com,o=hosting\nobjectClass: organization\no: bcd.com\n", "is already in the directory")]
    [InlineData("dn: o=none,o=hosting\nchangetype: delete\n", "is not there")]
    [InlineData("dn: o=bcd.com,o=hosting\nchangetype: modify\nreplace: mialDomainStatus\nmialDomainStatus: active\n-\n", "knows no attribute mialDomainStatus")]
    [InlineData("dn: uid=x,ou=People,o=bcd.com,o=hosting\nobjectClass: inetOrgPerson\nobjectClass: inetMailUser\nuid: x\ncn: x\nsn: x\nmailQuota: much\n", "mailQuota: 'much' is not a size")]
    [InlineData("dn: uid=x,ou=People,o=bcd.com,o=hosting\nobjectClass: inetOrgPerson\nobjectClass: inetMailUser\nuid: x\ncn: x\nsn: x\nmailUserStatus: asleep\n", "'asleep' is no known state")]
    public async Task A_dry_run_finds_what_would_be_refused(string ldif, string reason)
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        LdifCounts counts = await CheckAsync(served, File("dry.ldif", ldif));
        Assert.Equal(1, counts.Faults + counts.Problems);
        Assert.Equal(counts.Problems, counts.Done);
        Assert.Contains(reason, Assert.Single(_faults).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_passes_what_would_load_and_changes_nothing()
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        string file = File("dry.ldif", New + "dn: ou=a,o=new.test,o=hosting\nobjectClass: organizationalUnit\nou: a\n\ndn: ou=a,o=new.test,o=hosting\nchangetype: delete\n\ndn: uid=carol,ou=People,o=cde.com,o=hosting\nchangetype: delete\n");
        Assert.Equal(new LdifCounts { Added = 2, Removed = 2 }, await CheckAsync(served, file));
        Assert.Equal(new LdifCounts { Added = 2, Removed = 2 }, await CheckAsync(served, file));
        Assert.Equal(new LdifCounts { Added = 1, Faults = 1 }, await CheckAsync(served, File("twice.ldif", New + New)));
        Assert.Equal("o=new.test,o=hosting: is twice in these files", Assert.Single(_faults).Reason);
    }

    [Fact]
    public async Task What_is_written_out_loads_again_and_is_written_out_the_same()
    {
        await using ServedDirectory served = await ServedDirectory.StartAsync();
        LdifAdministration ldif = new Administration(served.Settings).Ldif;
        string whole = await ExportAsync(ldif, null), domain = await ExportAsync(ldif, "bcd.net");
        Assert.DoesNotContain("userPassword", whole, StringComparison.Ordinal);
        Assert.StartsWith("version: 1\n\ndn: o=bcd.com,o=hosting\n", domain, StringComparison.Ordinal);

        await new Administration(served.Settings).Domains.RemoveAsync(Site, "bcd.com", default);
        Assert.Equal(whole.Split("\n\n").Length - domain.Split("\n\n").Length + 1, (await ExportAsync(ldif, null)).Split("\n\n").Length - 1);
        Administered<LdifCounts> loaded = await LoadAsync(served, [File("domain.ldif", domain)]);
        Assert.True(loaded.IsDone, loaded.Refusal);
        Assert.Equal(domain, await ExportAsync(ldif, "bcd.com"));
        Assert.Equal(Sorted(whole), Sorted(await ExportAsync(ldif, null)));
        Assert.Contains("no domain", (await ldif.ExportAsync(Site, new(TextWriter.Null) { Domain = "xyz.test" }, default)).Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void An_entry_that_comes_before_its_parent_is_written_after_it()
    {
        using var text = new StringWriter();
        Dn top = Dn.Parse("o=x");
        var ordered = new ParentsFirst(top, new LdifWriter(text));
        foreach (string name in (string[])["ou=c,ou=b,ou=a,o=x", "ou=b,ou=a,o=x", "o=x", "ou=z,ou=unseen,o=x", "ou=a,o=x"])
            ordered.Take(new LdapEntry(Dn.Parse(name), [new LdapAttribute("ou", "v")]));
        ordered.End();
        Assert.Equal(["o=x", "ou=a,o=x", "ou=b,ou=a,o=x", "ou=c,ou=b,ou=a,o=x", "ou=z,ou=unseen,o=x"], text.ToString().Split('\n').Where(l => l.StartsWith("dn: ", StringComparison.Ordinal)).Select(l => l[4..]));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Sorted(string ldif) => string.Join("\n\n", ldif.Split("\n\n").Order(StringComparer.Ordinal));

    private static async Task<string> ExportAsync(LdifAdministration ldif, string? domain)
    {
        using var text = new StringWriter();
        Administered<long> written = await ldif.ExportAsync(Site, new(text) { Domain = domain }, default);
        Assert.True(written.IsDone, written.Refusal);
        return text.ToString();
    }

    private Task<Administered<LdifCounts>> LoadAsync(ServedDirectory served, string[] files, bool goesOn = false)
    {
        _faults.Clear();
        return new Administration(served.Settings).Ldif.LoadAsync(Site, new(files) { GoesOn = goesOn, Fault = _faults.Add }, default);
    }

    private async Task<LdifCounts> CheckAsync(ServedDirectory served, string file)
    {
        _faults.Clear();
        Administered<LdifCounts> checkedOnly = await new Administration(served.Settings).Ldif.CheckAsync(Site, new([file]) { Fault = _faults.Add }, default);
        Assert.True(checkedOnly.IsDone, checkedOnly.Refusal);
        return checkedOnly.Value!;
    }

    private string File(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    private sealed class Told(Action<LdifProgress> tell) : IProgress<LdifProgress>
    {
        public void Report(LdifProgress value) => tell(value);
    }
}

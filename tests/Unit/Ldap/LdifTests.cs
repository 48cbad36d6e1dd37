using DirMail.Ldap;
using DirMail.Ldap.Ldif;
using FsCheck;
using FsCheck.Fluent;

namespace DirMail.Unit.Ldap;

public class LdifTests
{
    [Fact]
    public void Reads_content_with_comments_folding_and_base64()
    {
        LdifItem[] items = Read("""
            version: 1
            # a comment
             that goes on
            dn: cn=Anna,dc=example
            cn: Anna
            objectClass: top
            description: one li
             ne,  kept
            # between
            sn:: SsO2cmc=
            objectclass: person
            empty:
            note:   blanks before

            dn:: Y249SsO2cmcsZGM9ZXhhbXBsZQ==
            cn: x
            """);
        var anna = Assert.IsType<LdifRecord.Content>(Record(items[0]));
        Assert.Equal(4, anna.Line);
        var entry = new LdapEntry(anna.Dn, anna.Attributes);
        Assert.Equal("one line,  kept", entry.First("description"));
        Assert.Equal("Jörg", entry.First("sn"));
        Assert.Equal(["top", "person"], entry.All("objectClass"));
        Assert.Equal("", entry.First("empty"));
        Assert.Equal("blanks before", entry.First("note"));
        Assert.Equal(("cn", "Jörg"), Record(items[1]).Dn.FirstRdn);
        Assert.Equal(2, items.Length);
    }

    [Fact]
    public void Reads_changes()
    {
        LdifItem[] items = Read("""
            dn: cn=a,dc=example
            control: 1.2.3 false
            changetype: add
            cn: a

            dn: cn=a,dc=example
            changetype: modify
            add: mail
            mail: a@example.org
            mail: b@example.org
            -
            delete: sn
            -
            replace: cn
            cn: b

            dn: cn=a,dc=example
            changetype: modrdn
            newrdn: cn=b
            deleteoldrdn: 1
            newsuperior: ou=x,dc=example

            dn: cn=a,dc=example
            changetype: delete
            """);
        Assert.IsType<LdifRecord.Add>(Record(items[0]));
        var modify = Assert.IsType<LdifRecord.Modify>(Record(items[1]));
        Assert.Equal(["Add mail 2", "Delete sn 0", "Replace cn 1"], modify.Changes.Select(c => $"{c.Kind} {c.Attribute.Description} {c.Attribute.Values.Count}"));
        Assert.Equal(6, modify.Line);
        var rename = Assert.IsType<LdifRecord.ModifyDn>(Record(items[2]));
        Assert.Equal(("cn=b", true, "ou=x,dc=example"), (rename.NewRdn.Text, rename.DeleteOldRdn, rename.NewSuperior!.Text));
        Assert.IsType<LdifRecord.Delete>(Record(items[3]));
    }

    [Theory]
    [InlineData("version: 2\ndn: dc=x\ndc: x", 1, "version 1")]
    [InlineData("dn: dc=x\nno colon here", 2, "name: value")]
    [InlineData("dn: dc=x\njpegPhoto:< file:///etc/passwd", 2, "URL")]
    [InlineData("dn: dc=x\ncn:: ***", 2, "base64")]
    [InlineData("dn: dc=x\nc n: 1", 2, "description")]
    [InlineData("dn: nonsense\ncn: 1", 1, "distinguished name")]
    [InlineData("cn: 1", 1, "'dn:' expected")]
    [InlineData("dn: dc=x", 1, "no attributes")]
    [InlineData("dn: dc=x\ndc: x\ndn: dc=y", 3, "blank line")]
    [InlineData("dn: dc=x\ndc: x\n-", 3, "'-'")]
    [InlineData(" folded\ndn: dc=x", 1, "nothing before")]
    [InlineData("dn: dc=x\nchangetype: explode", 2, "unknown change type")]
    [InlineData("dn: dc=x\nchangetype: delete\ncn: x", 3, "does not belong")]
    [InlineData("dn: dc=x\nchangetype: modify\nadd: cn\nsn: x", 4, "a value of cn")]
    [InlineData("dn: dc=x\nchangetype: modify\nremove: cn", 3, "expected")]
    [InlineData("dn: dc=x\nchangetype: modrdn\nnewrdn: cn=a,cn=b\ndeleteoldrdn: 1", 3, "one RDN")]
    [InlineData("dn: dc=x\nchangetype: modrdn\nnewrdn: cn=a\ndeleteoldrdn: 2", 4, "deleteoldrdn")]
    [InlineData("dn: dc=x\nchangetype: modrdn\nnewrdn: cn=a", 3, "deleteoldrdn")]
    [InlineData("dn: dc=x\ncontrol: 1.2 true\nchangetype: delete", 2, "critical")]
    public void Says_where_and_what_is_wrong_and_reads_on(string text, int line, string reason)
    {
        LdifItem[] items = Read(text + "\n\ndn: dc=good\ndc: good\n");
        var error = Assert.IsType<LdifItem.Error>(items[0]);
        Assert.Equal(line, error.Line);
        Assert.Contains(reason, error.Reason);
        Assert.Equal("dc=good", Record(Assert.Single(items[1..])).Dn.Text);
    }

    [Theory]
    [InlineData("plain", "cn: plain")]
    [InlineData("", "cn:")]
    [InlineData(" lead", "cn:: IGxlYWQ=")]
    [InlineData("trail ", "cn:: dHJhaWwg")]
    [InlineData(":x", "cn:: Ong=")]
    [InlineData("<x", "cn:: PHg=")]
    [InlineData("a\nb", "cn:: YQpi")]
    [InlineData("ö", "cn:: w7Y=")]
    public void Encodes_only_what_needs_it(string value, string line) =>
        Assert.Equal($"dn: dc=x\n{line}\n\n", Written(new LdifRecord.Content(Dn.Parse("dc=x"), [new("cn", value)])));

    [Fact]
    public void Everything_written_reads_back() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[][]>(), ArbMap.Default.ArbFor<string>(), (values, name) =>
        {
            Dn dn = Dn.Parse("dc=example").Child("cn", (name ?? "").Replace("\ud800", ""));
            var attribute = new LdapAttribute("cn", (IReadOnlyList<byte[]>)values);
            LdifRecord[] records =
            [
                new LdifRecord.Add(dn, [new("objectClass", "top"), attribute]),
                new LdifRecord.Modify(dn, [new(LdapChangeKind.Replace, attribute), new(LdapChangeKind.Increment, new("n", "1"))]),
                new LdifRecord.ModifyDn(dn, Dn.Root.Child("cn", "é"), false, Dn.Root),
                new LdifRecord.Delete(dn),
            ];
            foreach (LdifRecord record in records)
            {
                LdifRecord read = Record(Assert.Single(Read("version: 1\n\n" + Written(record))));
                Assert.Equal(record.Dn, read.Dn);
                Assert.Equal(Written(record), Written(read));
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_text_is_records_or_errors() =>
        Prop.ForAll(Gen.Elements("dn: dc=x", "dn:: ZGM9eA==", "changetype: modify", "changetype: modrdn", "add: cn", "cn: x", "-", "", " x", "#", ":", "version: 1", "newrdn: cn=x", "control: ").ListOf().ToArbitrary(),
            lines => Read(string.Join('\n', lines))).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    private static LdifItem[] Read(string text) => [.. LdifReader.Read(new StringReader(text))];

    private static LdifRecord Record(LdifItem item) => Assert.IsType<LdifItem.Read>(item).Record;

    private static string Written(LdifRecord record)
    {
        var file = new StringWriter();
        new LdifWriter(file).Write(record);
        return file.ToString();
    }
}

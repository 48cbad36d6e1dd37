using DirMail.Ldap;
using DirMail.Ldap.Codec;
using FsCheck;
using FsCheck.Fluent;

namespace DirMail.Unit.Ldap;

/// <summary>An entry read where its octets lie says what the entry said that was written.</summary>
public sealed class EntryOctetsTests
{
    private static readonly Config s_runs = Config.QuickThrowOnFailure.WithMaxTest(300);

    [Fact]
    public void Every_entry_is_read_as_it_was_written()
    {
        var octets = new EntryOctets();
        Gen<string> text = Gen.Elements("", "a", "uid", "mailQuota", "1234567", "12345678", "123456789", "Grüße", new string('x', 126), new string('y', 128), new string('z', 70_000));
        Gen<LdapAttribute> attribute = text.SelectMany(name => text.ListOf(), (name, values) => new LdapAttribute(name, [.. values]));
        Gen<LdapEntry> entry = Gen.Elements("", "o=test", "uid=Anna, ou=People,o=test", "cn=a\\,b,o=Grüße").SelectMany(dn => attribute.ListOf(), (dn, attributes) => new LdapEntry(Dn.Parse(dn), [.. attributes]));
        Prop.ForAll(entry.ToArbitrary(), written => Told(octets.Read(Written(written))!) == Told(written)).Check(s_runs);
    }

    [Fact]
    public void Octets_that_are_cut_off_are_no_entry()
    {
        byte[] whole = Written(new(Dn.Parse("uid=a,o=test"), [new("uid", "a"), new("objectClass", "one", "two")]));
        var octets = new EntryOctets();
        Assert.NotNull(octets.Read(whole));
        for (int length = 0; length < whole.Length; length++)
            Assert.Null(octets.Read(whole.AsMemory(0, length)));
    }

    [Fact]
    public void Whatever_the_octets_are_reading_ends() => Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
    {
        var random = new Random(seed);
        byte[] octets = Written(new(Dn.Parse("uid=a,o=test"), [new("uid", "a"), new("objectClass", "one", "two")]));
        for (int i = random.Next(1, 6); i > 0; i--)
            octets[random.Next(octets.Length)] = (byte)random.Next(256);
        return new EntryOctets().Read(octets) is not { } read || Told(read).Length > 0;
    }).Check(s_runs);

    [Theory]
    [InlineData("no name")]
    [InlineData("=a")]
    public void An_entry_whose_name_is_none_is_none(string name)
    {
        byte[] octets = Written(new(Dn.Parse("uid=a,o=test"), []));
        System.Text.Encoding.ASCII.GetBytes(name.PadRight("uid=a,o=test".Length)).CopyTo(octets, 4);
        Assert.Null(new EntryOctets().Read(octets));
    }

    private static string Told(IEntryContent entry) => string.Join('\n',
    [
        entry.Dn.Normal, entry.DnText.ToString(),
        .. Enumerable.Range(0, entry.Count).Select(a => $"{entry.Description(a)}: {string.Join(' ', Enumerable.Range(0, entry.ValueCount(a)).Select(v => Convert.ToHexString(entry.Value(a, v))))}"),
    ]);

    private static byte[] Written(LdapEntry entry)
    {
        byte[] octets = new byte[EntryCodec.SizeOf(entry)];
        EntryCodec.Write(entry, octets);
        return octets;
    }
}

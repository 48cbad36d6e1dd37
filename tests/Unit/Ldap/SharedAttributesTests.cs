using DirMail.Ldap;
using DirMail.Ldap.Codec;

namespace DirMail.Unit.Ldap;

/// <summary>Attributes that entries have alike are one object; what an entry says is never another's.</summary>
public sealed class SharedAttributesTests
{
    [Fact]
    public void What_entries_have_alike_is_kept_once()
    {
        LdapEntry[] read = [.. Enumerable.Range(0, 4).Select(i => Reread($"uid=u{i},o=test", new("mailHost", "shared-once.test"), new("uid", $"u{i}")))];
        Assert.Same(read[2].Find("mailHost"), read[3].Find("mailHost"));
        Assert.Equal(["u0", "u1", "u2", "u3"], read.Select(e => e.First("uid")));
    }

    [Fact]
    public void Passwords_are_not_kept()
    {
        LdapEntry[] read = [.. Enumerable.Range(0, 4).Select(_ => Reread("uid=u,o=test", new LdapAttribute("UserPassword", "the same for all")))];
        Assert.NotSame(read[2].Find("userPassword"), read[3].Find("userPassword"));
    }

    [Fact]
    public void Long_and_short_attributes_come_back_as_they_were()
    {
        foreach (int length in (int[])[0, 1, 7, 8, 100, 110, 120, 126, 127, 128, 129, 255, 256, 300, 70_000])
            for (int again = 0; again < 4; again++)
            {
                string value = new((char)('a' + again / 2), length);
                Assert.Equal([value, "b"], Reread("o=test", new LdapAttribute("description", value, "b"), new LdapAttribute("o", "test")).All("description"));
            }
    }

    [Fact]
    public void An_attribute_that_is_cut_off_is_none_though_it_is_known_whole()
    {
        byte[] octets = Octets("o=test", new LdapAttribute("mailHost", "cut-off.test"));
        for (int i = 0; i < 4; i++)
            Assert.NotNull(MessageReader.Read(octets, out _));
        for (int length = 0; length < octets.Length; length++)
            Assert.Null(MessageReader.Read(octets.AsSpan(0, length), out _));
    }

    private static LdapEntry Reread(string dn, params LdapAttribute[] attributes) =>
        MessageReader.Read(Octets(dn, attributes), out _) is { Operation: LdapOperation.SearchResultEntry entry } ? new(Dn.Parse(entry.Dn), entry.Attributes) : throw new InvalidOperationException("no entry");

    private static byte[] Octets(string dn, params LdapAttribute[] attributes) => LdapCodec.Write(new LdapMessage(1, new LdapOperation.SearchResultEntry(dn, attributes), []));
}

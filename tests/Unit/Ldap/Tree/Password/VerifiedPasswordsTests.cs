using System.Text;
using DirMail.Ldap;
using DirMail.Ldap.Tree;
using DirMail.Ldap.Tree.Password;
using DirMail.Unit.Wire;
using static DirMail.Unit.Ldap.Tree.Example;

namespace DirMail.Unit.Ldap.Tree.Password;

public sealed class VerifiedPasswordsTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void Only_the_same_password_and_the_same_stored_value_are_known_and_only_for_a_while()
    {
        var verified = new VerifiedPasswords(_clock);
        verified.Add(Octets("right"), Octets("{SSHA}one"));
        Assert.True(verified.Knows(Octets("right"), [Octets("{SSHA}other"), Octets("{SSHA}one")]));
        Assert.False(verified.Knows(Octets("right"), [Octets("{SSHA}other")]));
        Assert.False(verified.Knows(Octets("wrong"), [Octets("{SSHA}one")]));
        Assert.False(verified.Knows(Octets("eright"), [Octets("{SSHA}on")]));
        _clock.Pass(VerifiedPasswords.Lifetime);
        Assert.False(verified.Knows(Octets("right"), [Octets("{SSHA}one")]));
    }

    [Fact]
    public void It_holds_no_more_than_its_capacity_and_drops_the_oldest()
    {
        var verified = new VerifiedPasswords(_clock, capacity: 2);
        foreach (string password in (string[])["a", "b", "c"])
            verified.Add(Octets(password), Octets("stored"));
        Assert.False(verified.Knows(Octets("a"), [Octets("stored")]));
        Assert.True(verified.Knows(Octets("b"), [Octets("stored")]));
        Assert.True(verified.Knows(Octets("c"), [Octets("stored")]));
    }

    [Fact]
    public async Task A_changed_password_counts_at_once()
    {
        await using DirectoryTree tree = await TreeAsync();
        Assert.True(await CheckAsync(tree, "alice-bcd-secret"));
        Assert.True(await CheckAsync(tree, "alice-bcd-secret"));
        Assert.Equal(LdapResultCode.Success, await tree.ModifyAsync(Site, Alice, Replace("userPassword", "fresh")));
        Assert.False(await CheckAsync(tree, "alice-bcd-secret"));
        Assert.True(await CheckAsync(tree, "fresh"));
        Assert.Equal(LdapResultCode.Success, await tree.ModifyAsync(Site, Alice, Delete("userPassword")));
        Assert.False(await CheckAsync(tree, "fresh"));
        Assert.Equal(LdapResultCode.Success, await tree.ModifyAsync(Site, Alice, Replace("userPassword", "fresh")));
        Assert.True(await CheckAsync(tree, "fresh"));
        Assert.True((await tree.DeleteAsync(Site, Dn.Parse(Alice))).IsSuccess);
        Assert.False(await CheckAsync(tree, "fresh"));
    }

    private static Task<bool> CheckAsync(DirectoryTree tree, string password) => tree.CheckPasswordAsync(Dn.Parse(Alice), Octets(password), CancellationToken.None);

    private static byte[] Octets(string text) => Encoding.UTF8.GetBytes(text);
}

using System.Text;
using DirMail.Ldap;
using DirMail.Ldap.Tree;
using DirMail.Ldap.Tree.Access;
using DirMail.Ldap.Tree.Password;
using static DirMail.Unit.Ldap.Tree.Example;

namespace DirMail.Unit.Ldap.Tree.Password;

/// <summary>Known answers, all made by openssl passwd and slappasswd, and what is not taken.</summary>
public sealed class PasswordHashTests
{
    private const string Long = "a very much longer text to encrypt.  This one even stretches over morethan one line.";

    [Theory]
    [InlineData("{SSHA}Y7wpoZHdb+EIa2l8Ec3aq38bqFEeEaBV", "no", false)]
    [InlineData("{SSHA}jLyqcYo3HX74yj7rmlqgdPZq496tr5//", "dirmail-secret", true)]
    [InlineData("{SSHA512}f+gIB+lsHhqdXJtHvC866IeNCrfxQmIzAjdHHGuXNUmf/JCfAkfZJW3jAPVX8o3hNQKEfhgDw+g/Gc4yJz1r5K+aCY9DwLbV", "secret", true)]
    [InlineData("{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=", "secret", true)]
    [InlineData("{PBKDF2-SHA512}10000$zDvhKZpzeZ59sI1qcI6zRg$dHERd5GLtDhNNp1mxW86oZdd8UCDPRkWQF0oCvS41459fhz2boEyeO7DVvEOFpDct2ZfaNZOrH6XSJM0sNIBew", "secret", true)]
    [InlineData("{CRYPT}$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1", "Hello world!", true)]
    [InlineData("{crypt}$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5", "Hello world!", true)]
    [InlineData("{CRYPT}$6$rounds=1400$anotherlongsalts$POfYwTEok97VWcjxIiSOjiykti.o/pQs.wPvMxQ6Fm7I6IoYN3CmLs66x9t0oSwbtEW7o7UmJEiDwGqd8p4ur1", Long, true)]
    [InlineData("{CRYPT}$6$rounds=1400$anotherlongsaltstring$POfYwTEok97VWcjxIiSOjiykti.o/pQs.wPvMxQ6Fm7I6IoYN3CmLs66x9t0oSwbtEW7o7UmJEiDwGqd8p4ur1", Long, true)]
    [InlineData("{CRYPT}$5$rounds=1000$roundstoolow$yfvwcWrQ8l/K0DAWyuPMDNHpIVlTQebY9l/gL972bIC", "the minimum number is still observed", true)]
    [InlineData("{CRYPT}$5$rounds=10$roundstoolow$yfvwcWrQ8l/K0DAWyuPMDNHpIVlTQebY9l/gL972bIC", "the minimum number is still observed", true)]
    [InlineData("{CRYPT}$6$rounds=6000$dFG4iuLE$VgdZYsqH74Mw0uYmoAkdXh6DF7fTPPY4QBCi5iWwz5j0k1pn1JWZs.W8UJ5UVfkn09zFPPBgJr0Y4PK8Eio2l.", "secret", true)]
    public void Known_answers(string stored, string password, bool fits)
    {
        byte[] value = Encoding.ASCII.GetBytes(stored);
        Assert.True(PasswordHash.IsHash(value));
        Assert.Null(PasswordHash.Fault(value));
        Assert.Equal(value, PasswordHash.ForStore(value));
        Assert.Equal(fits, Fits(password, stored));
        Assert.False(Fits(password + "x", stored));
        Assert.False(Fits("", stored));
    }

    [Theory]
    [InlineData("{CRYPT}$6$rounds=999999999$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1")]
    [InlineData("{CRYPT}$6$rounds=99999999999999$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1")]
    [InlineData("{CRYPT}$6$saltstring$short")]
    [InlineData("{CRYPT}$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/")]
    [InlineData("{CRYPT}$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7")]
    [InlineData("{PBKDF2-SHA512}2000000$zDvhKZpzeZ59sI1qcI6zRg$dHERd5GLtDhNNp1mxW86oZdd8UCDPRkWQF0oCvS41459fhz2boEyeO7DVvEOFpDct2ZfaNZOrH6XSJM0sNIBew")]
    [InlineData("{PBKDF2-SHA512}10000$zDvhKZpzeZ59sI1qcI6zRg$tooshort")]
    [InlineData("{SSHA}not base 64")]
    [InlineData("{MD5}Xr4ilOzQ4PCOq3aQ0qbuaQ==")]
    [InlineData("{ARGON2}$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$RdescudvJCsgt3ub+b27")]
    [InlineData("")]
    public async Task Hashes_that_no_login_would_fit_are_refused_when_they_are_written(string value)
    {
        await using DirectoryTree tree = await TreeAsync();
        string before = tree.Dump();
        LdapResult result = await tree.ModifyAsync(Site, Dn.Parse(Alice), [Replace("userPassword", value)]);
        Assert.Equal(LdapResultCode.ConstraintViolation, result.Code);
        LdapResult added = await tree.AddAsync(Site, Dn.Parse("uid=x,ou=People,o=bcd.com,o=hosting"), Person("x", new LdapAttribute("userPassword", value)));
        Assert.Equal(LdapResultCode.ConstraintViolation, added.Code);
        Assert.Equal(before, tree.Dump());
    }

    [Fact]
    public void A_hostile_number_of_rounds_is_never_worked_off()
    {
        // 600 rounds a microsecond would be needed to end this within the life of the test
        const string hostile = "{CRYPT}$6$rounds=999999999$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1";
        Assert.False(Fits("Hello world!", hostile));
        Assert.False(Fits(new string('x', PasswordHash.MaxOctets + 1), hostile));
        Assert.False(Fits(new string('x', PasswordHash.MaxOctets), hostile.Replace("999999999", "1000000", StringComparison.Ordinal)));
    }

    /// <summary>A wrong password takes as long as one for a name that does not exist; a right one no longer than its own hash.</summary>
    [Theory]
    [InlineData("secret", 1)]
    [InlineData("secret", 0, "{SSHA}")]
    [InlineData("wrong", 1, "{SSHA}")]
    [InlineData("wrong", 1, "{SSHA}", "{SSHA}")]
    [InlineData("secret", 0, "{PBKDF2}")]
    [InlineData("wrong", 0, "{PBKDF2}")]
    [InlineData("wrong", 0, "{SSHA}", "{PBKDF2}")]
    [InlineData("secret", 0, "{SSHA}", "{PBKDF2}")]
    public void Only_a_check_that_fails_costs_what_one_for_nobody_does(string password, int pretended, params string[] kinds)
    {
        byte[][] stored = [.. kinds.Select(static kind => kind == "{SSHA}" ? "{SSHA}lHFzXul4wnzRItssVcTnvXWRjNgBAgMEBQYHCA=="u8.ToArray() : PasswordHash.ForStore("secret"u8.ToArray()))];
        int count = 0;
        Assert.Equal(password == "secret" && kinds.Length > 0, PasswordHash.FittingOf(Encoding.UTF8.GetBytes(password), stored, _ => count++) >= 0);
        Assert.Equal(pretended, count);
    }

    [Fact]
    public async Task Many_passwords_at_once_are_not_hashed()
    {
        await using DirectoryTree tree = await TreeAsync();
        string[] many = [.. Enumerable.Range(0, 9).Select(i => $"password {i}")];
        Assert.Equal(LdapResultCode.ConstraintViolation, await tree.ModifyAsync(Site, Alice, Add("userPassword", many)));
        Assert.Equal(LdapResultCode.Success, await tree.ModifyAsync(Site, Alice, Replace("userPassword", many[..8])));
        Assert.True(await tree.CheckPasswordAsync(Dn.Parse(Alice), "password 7"u8.ToArray(), CancellationToken.None));
    }

    [Fact]
    public async Task A_load_with_a_foreign_hash_names_its_line()
    {
        await using DirectoryTree tree = await TreeAsync();
        const string ldif = "version: 1\n\ndn: uid=x,ou=People,o=bcd.com,o=hosting\nobjectClass: inetOrgPerson\nuid: x\ncn: x\nsn: x\nuserPassword: {MD5}Xr4ilOzQ4PCOq3aQ0qbuaQ==\n";
        var refused = Assert.IsType<LoadOutcome.Refused>(await tree.LoadAsync(new StringReader(ldif), "old.ldif", CancellationToken.None));
        Assert.Equal(3, refused.Line);
        Assert.Contains("{MD5}", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_writes_without_a_name()
    {
        await using DirectoryTree tree = await TreeAsync();
        Assert.Equal(LdapResultCode.StrongerAuthRequired, await tree.ModifyAsync(Requester.Anonymous, Alice, Replace("userPassword", "mine")));
        Assert.Equal(LdapResultCode.StrongerAuthRequired, (await tree.DeleteAsync(Requester.Anonymous, Dn.Parse(Alice))).Code);
    }

    private static bool Fits(string password, string stored) => PasswordHash.FittingOf(Encoding.UTF8.GetBytes(password), [Encoding.ASCII.GetBytes(stored)]) >= 0;
}

using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Ldap.Tree;
using DirMail.Ldap.Tree.Journal;
using Microsoft.Extensions.Logging.Abstractions;
using static DirMail.Unit.Ldap.Tree.Example;

namespace DirMail.Unit.Ldap.Tree;

public sealed class JournalTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dirmail-tree-").FullName;

    private string Base => Path.Combine(_folder, "base.ldif");
    private string Journal => Path.Combine(_folder, "journal.ldif");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_was_answered_is_there_after_a_restart()
    {
        string before;
        byte[] cookie;
        await using (EmbeddedDirectory directory = await OpenAsync())
        {
            Assert.True(directory.IsNew);
            await FillAsync(directory.Tree);
            cookie = SyncTests.Cookie(await SyncTests.RefreshAsync(directory.Tree, null));
            await WriteAllKindsAsync(directory.Tree);
            before = directory.Tree.Dump();
        }
        await using EmbeddedDirectory again = await OpenAsync();
        Assert.False(again.IsNew);
        Assert.Equal(before, again.Tree.Dump());
        List<LdapSearchItem> missed = await SyncTests.RefreshAsync(again.Tree, cookie);
        Assert.True(Assert.IsType<LdapSearchItem.Done>(missed[^1]).RefreshDeletes);
        Assert.True(missed.Count < 8);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Base) | File.GetUnixFileMode(Journal));
    }

    [Fact]
    public async Task A_torn_tail_is_cut_wherever_it_is_torn()
    {
        string before;
        long whole;
        await using (EmbeddedDirectory directory = await OpenAsync())
        {
            await directory.Tree.LoadAsync(new StringReader("dn: o=hosting\nobjectClass: organization\no: hosting\n"), "x", CancellationToken.None);
            before = directory.Tree.Dump();
            whole = new FileInfo(Journal).Length;
            await directory.Tree.LoadAsync(new StringReader("dn: o=hosting\nchangetype: modify\nreplace: description\ndescription: second\n"), "x", CancellationToken.None);
        }
        byte[] octets = await File.ReadAllBytesAsync(Journal);
        for (long length = whole; length < octets.Length; length++)
        {
            await File.WriteAllBytesAsync(Journal, octets[..(int)length]);
            await using EmbeddedDirectory again = await OpenAsync();
            Assert.Equal(before, again.Tree.Dump());
            Assert.Equal(whole, new FileInfo(Journal).Length);
        }
        octets[(int)whole + 40] ^= 1;
        await File.WriteAllBytesAsync(Journal, octets);
        await using EmbeddedDirectory torn = await OpenAsync();
        Assert.Equal(before, torn.Tree.Dump());
    }

    [Fact]
    public async Task Damage_before_the_tail_is_named_and_nothing_is_changed()
    {
        await using (EmbeddedDirectory directory = await OpenAsync())
        {
            await FillAsync(directory.Tree);
            await WriteAllKindsAsync(directory.Tree);
        }
        byte[] octets = await File.ReadAllBytesAsync(Journal);
        octets[300] ^= 1;
        await File.WriteAllBytesAsync(Journal, octets);
        JournalException damage = await Assert.ThrowsAsync<JournalException>(OpenAsync);
        Assert.Equal(Journal, damage.File);
        Assert.InRange(damage.Line, 4, 8);
        Assert.Equal(octets, await File.ReadAllBytesAsync(Journal));
    }

    [Fact]
    public async Task A_journal_older_than_its_base_is_already_in_it()
    {
        string before;
        byte[] old;
        await using (EmbeddedDirectory directory = await OpenAsync())
        {
            await FillAsync(directory.Tree);
            old = await File.ReadAllBytesAsync(Journal);
            await CompactAsync(directory);
            before = directory.Tree.Dump();
        }
        // The machine stopped between the new base and the new journal.
        await File.WriteAllBytesAsync(Journal, old);
        await using EmbeddedDirectory again = await OpenAsync();
        Assert.Equal(before, again.Tree.Dump());
    }

    [Fact]
    public async Task A_large_journal_is_folded_into_the_base()
    {
        string before;
        await using (EmbeddedDirectory directory = await OpenAsync())
        {
            await FillAsync(directory.Tree);
            await CompactAsync(directory);
            await WriteAllKindsAsync(directory.Tree);
            before = directory.Tree.Dump();
        }
        Assert.Contains("dn: uid=alice,", await File.ReadAllTextAsync(Base), StringComparison.Ordinal);
        await using EmbeddedDirectory again = await OpenAsync();
        Assert.Equal(before, again.Tree.Dump());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_full_disk_refuses_the_change_and_the_next_one_works(bool halfIsWritten)
    {
        string before, after;
        await using (EmbeddedDirectory directory = await OpenAsync())
        {
            await FillAsync(directory.Tree);
            before = directory.Tree.Dump();
            long length = new FileInfo(Journal).Length;
            var write = directory.Tree.Journal!.Write;
            directory.Tree.Journal.Write = async (file, octets, at) =>
            {
                if (halfIsWritten)
                    await write(file, octets[..(octets.Length / 2)], at);
                throw new IOException("No space left on device");
            };
            LdapResultCode[] refused = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => directory.Tree.ModifyAsync(Site, Alice, Replace("cn", $"Alice {i}"))));
            Assert.All(refused, code => Assert.Equal(LdapResultCode.Unavailable, code));
            Assert.Equal(before, directory.Tree.Dump());
            Assert.Equal(length, new FileInfo(Journal).Length);

            directory.Tree.Journal.Write = write;
            Assert.Equal(LdapResultCode.Success, await directory.Tree.ModifyAsync(Site, Alice, Replace("cn", "Alice again")));
            after = directory.Tree.Dump();
            Assert.NotEqual(before, after);
        }
        await using EmbeddedDirectory again = await OpenAsync();
        Assert.Equal(after, again.Tree.Dump());
    }

    [Fact]
    public async Task What_a_killed_compaction_left_beside_is_no_harm()
    {
        string before;
        await using (EmbeddedDirectory directory = await OpenAsync())
        {
            await FillAsync(directory.Tree);
            before = directory.Tree.Dump();
        }
        await File.WriteAllTextAsync(Base + ".new", "version: 1\n# half of a");
        await File.WriteAllTextAsync(Journal + ".new", "version");
        await using (EmbeddedDirectory again = await OpenAsync())
        {
            Assert.Equal(before, again.Tree.Dump());
            await CompactAsync(again);
            before = again.Tree.Dump();
        }
        await using EmbeddedDirectory last = await OpenAsync();
        Assert.Equal(before, last.Tree.Dump());
    }

    [Fact]
    public async Task A_compaction_that_cannot_be_written_keeps_the_journal_and_later_writes()
    {
        string before;
        await using (EmbeddedDirectory directory = await OpenAsync())
        {
            await FillAsync(directory.Tree);
            // a folder where the new base would be written: opening it fails
            Directory.CreateDirectory(Base + ".new");
            await CompactAsync(directory);
            Assert.Equal(LdapResultCode.Success, await directory.Tree.ModifyAsync(Site, Alice, Replace("cn", "still written")));
            before = directory.Tree.Dump();
        }
        Directory.Delete(Base + ".new");
        await using EmbeddedDirectory again = await OpenAsync();
        Assert.Equal(before, again.Tree.Dump());
    }

    [Fact]
    public async Task A_large_base_is_not_written_anew_for_each_small_change()
    {
        await using EmbeddedDirectory directory = await OpenAsync();
        await FillAsync(directory.Tree);
        await CompactAsync(directory);
        byte[] written = await File.ReadAllBytesAsync(Base);
        directory.Tree.Journal!.MaxOctets = 100;
        Assert.Equal(LdapResultCode.Success, await directory.Tree.ModifyAsync(Site, Alice, Replace("cn", "small")));
        await directory.Tree.FinishAsync();
        Assert.Equal(written, await File.ReadAllBytesAsync(Base));
        Assert.Equal(LdapResultCode.Success, await directory.Tree.ModifyAsync(Site, Alice, Replace("mailAutoReplyText", new string('x', written.Length))));
        await directory.Tree.FinishAsync();
        Assert.NotEqual(written, await File.ReadAllBytesAsync(Base));
    }

    [Theory]
    [InlineData("objectClass: organization", "objectClass organization")]
    [InlineData("\ndn: ou=Services", "\ndn: Services")]
    [InlineData("# end of base", "")]
    [InlineData("# generation: ", "# degeneration: ")]
    [InlineData("entryUUID: ", "description: ")]
    public async Task A_corrupt_base_is_named_with_its_line(string good, string bad)
    {
        await using (EmbeddedDirectory directory = await OpenAsync())
        {
            await FillAsync(directory.Tree);
            await CompactAsync(directory);
        }
        string text = await File.ReadAllTextAsync(Base);
        int at = text.IndexOf(good, StringComparison.Ordinal);
        await File.WriteAllTextAsync(Base, text[..at] + bad + text[(at + good.Length)..]);
        JournalException damage = await Assert.ThrowsAsync<JournalException>(OpenAsync);
        Assert.Equal(Base, damage.File);
        Assert.True(damage.Line > 0);
    }

    [Fact]
    public async Task The_initial_tree_has_its_two_accounts()
    {
        await using EmbeddedDirectory directory = await OpenAsync();
        var initial = new InitialTree("server-secret", "admin-secret");
        Assert.Equal(new LoadOutcome.Loaded(6), await directory.InitialiseAsync(initial, CancellationToken.None));
        Assert.True(await directory.Tree.CheckPasswordAsync(initial.Server, "server-secret"u8.ToArray(), CancellationToken.None));
        Assert.True(await directory.Tree.CheckPasswordAsync(initial.Administrator, "admin-secret"u8.ToArray(), CancellationToken.None));
        Assert.Equal(LdapResultCode.Success, await directory.Tree.ModifyAsync(Site, Root, Replace("description", "mine")));
        Assert.DoesNotContain("secret", await File.ReadAllTextAsync(Journal), StringComparison.Ordinal);
    }

    private Task<EmbeddedDirectory> OpenAsync() => EmbeddedDirectory.OpenAsync(_folder, TimeProvider.System, NullLogger.Instance, CancellationToken.None);

    private static async Task WriteAllKindsAsync(DirectoryTree tree)
    {
        Assert.Equal(LdapResultCode.Success, await tree.ModifyAsync(Site, Alice, Replace("cn", "Älice"), Add("mailLocalAddress", "b@bcd.com"), Delete("mailAllowedServiceAccess"),
            new LdapChange(LdapChangeKind.Increment, new LdapAttribute("mailAutoReplyTimeOut", "3")), Replace("userPassword", "fresh")));
        Assert.True((await tree.AddAsync(Site, Dn.Parse("uid=zoe,ou=People,o=bcd.com,o=hosting"), Person("zoe"))).IsSuccess);
        Assert.True((await tree.ModifyDnAsync(Site, Dn.Parse(Bob), Dn.Parse("uid=robert"), true, null)).IsSuccess);
        Assert.True((await tree.ModifyDnAsync(Site, Dn.Parse("ou=Groups,o=bcd.com,o=hosting"), Dn.Parse("ou=Lists"), false, Dn.Parse(Cde))).IsSuccess);
        Assert.True((await tree.DeleteAsync(Site, Dn.Parse(Carol))).IsSuccess);
    }

    /// <summary>Makes the next write the one after which the journal is too large, and waits for the new base.</summary>
    private async Task CompactAsync(EmbeddedDirectory directory)
    {
        directory.Tree.Journal!.MaxOctets = 0;
        string large = new('x', (int)new FileInfo(Path.Combine(_folder, "base.ldif")).Length);
        Assert.Equal(LdapResultCode.Success, await directory.Tree.ModifyAsync(Site, Root, Replace("description", "written", large)));
        await directory.Tree.FinishAsync();
        directory.Tree.Journal.MaxOctets = long.MaxValue;
    }
}

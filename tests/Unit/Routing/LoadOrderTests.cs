using DirMail.Ldap;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Routing.Table;
using FsCheck;
using FsCheck.Fluent;

namespace DirMail.Unit.Routing;

/// <summary>What a table says depends on the directory's content alone: not on the order in which entries came, nor on what was there in between.</summary>
public sealed class LoadOrderTests
{
    private static readonly Config s_runs = Config.QuickThrowOnFailure.WithMaxTest(300);

    [Fact]
    public void A_load_is_the_same_in_any_order() => Check(s_runs, seed =>
    {
        var random = new Random(seed);
        RandomDirectory directory = RandomDirectory.Of(random);
        Assert.Equal(directory.Seen(Loaded(directory.Shuffled(random))), directory.Seen(Loaded(directory.Shuffled(random))));
    });

    [Fact]
    public void Pushes_one_by_one_come_to_the_same_as_a_load() => Check(s_runs, seed =>
    {
        var random = new Random(seed);
        RandomDirectory directory = RandomDirectory.Of(random), before = RandomDirectory.Of(random);
        RoutingTable table = Loaded(before.Shuffled(random));
        foreach (EntryId gone in before.Entries.Keys.Except(directory.Entries.Keys))
            table = Pushed(table, b => b.Delete(gone));
        foreach ((EntryId id, LdapEntry entry) in directory.Shuffled(random))
            table = Pushed(table, b => b.Upsert(id, entry));
        Assert.Equal(directory.Seen(Loaded(directory.Shuffled(random))), directory.Seen(Settled(table)));
    });

    [Fact]
    public void A_refresh_comes_to_the_same_whatever_was_there_before() => Check(s_runs, RefreshIsTheSame);

    [Theory]
    [InlineData(204553793)]
    [InlineData(115601562)]
    public void People_find_a_domain_that_is_one_only_at_the_end_of_a_refresh(int seed) => RefreshIsTheSame(seed);

    [Fact]
    public void Reading_ahead_comes_to_the_same() => Check(s_runs.WithMaxTest(20), seed =>
    {
        var random = new Random(seed);
        RandomDirectory directory = RandomDirectory.Of(random);
        // one entry in several forms, the last one counts: order is kept over batches
        (EntryId Id, LdapEntry Entry)[] entries = [.. Enumerable.Range(0, 40).SelectMany(_ => RandomDirectory.Of(random).Shuffled(random)), .. directory.Shuffled(random)];
        Assert.Equal(directory.Seen(Loaded(entries)), directory.Seen(ReadAheadOf(entries, b => b.BeginRefresh(isFull: true))));
        Assert.Equal(directory.Seen(Loaded(entries)), directory.Seen(ReadAheadOf(entries, b => b.BeginLoad())));
    });

    /// <summary>Users who are new are put many at a time.</summary>
    [Fact]
    public void The_base_of_a_cache_comes_to_the_same() => Check(s_runs, seed =>
    {
        var random = new Random(seed);
        RandomDirectory directory = RandomDirectory.Of(random);
        Assert.Equal(directory.Seen(Loaded(directory.Shuffled(random))), directory.Seen(ReadAheadOf(directory.Shuffled(random), b => b.BeginLoad())));
    });

    /// <summary>Attributes that many have alike are one object, as decoders make them.</summary>
    [Fact]
    public void More_users_than_are_put_at_a_time_come_to_the_same()
    {
        LdapAttribute user = new("objectClass", "inetMailUser");
        LdapAttribute[] quotas = [new("mailQuota", "1G"), new("MAILQUOTA", "2G"), new("mailQuota", "much"), new("mailUserStatus", "hold")];
        (EntryId Id, LdapEntry)[] entries =
        [
            Entry("o=a,o=hosting", new("objectClass", "inetDomain"), new("associatedDomain", "one.test")),
            .. Enumerable.Range(0, 10_000).Select(i => Entry($"uid=u{i},o=a,o=hosting", user, new("uid", $"u{i}"), new("mail", $"u{i % 9000}@one.test"), quotas[i % 4])),
        ];
        RoutingTable expected = Loaded(entries), table = ReadAheadOf(entries, b => b.BeginLoad());
        Assert.Equal(expected.UserCount, table.UserCount);
        Assert.Equal(expected.Problems, table.Problems);
        foreach ((EntryId id, LdapEntry _) in entries)
            Assert.Equal(expected.FindUser(id)?.ToString(), table.FindUser(id)?.ToString());
        foreach (MailAddress address in Enumerable.Range(0, 10_000).Select(i => MailAddress.Parse($"u{i}@one.test")))
            Assert.Equal(expected.Resolve(address).ToString(), table.Resolve(address).ToString());
    }

    [Fact]
    public void What_groups_ask_for_is_told_apart_where_all_else_is_alike()
    {
        LdapAttribute user = new("objectClass", "inetMailUser");
        LdapAttribute[] towns = [new("l", "Bonn"), new("l", "Ulm")];
        RoutingTable table = ReadAheadOf(
        [
            Entry("o=a,o=hosting", new("objectClass", "inetDomain"), new("associatedDomain", "one.test")),
            .. Enumerable.Range(0, 10).Select(i => Entry($"uid=u{i},o=a,o=hosting", user, new("uid", $"u{i}"), new("mail", $"u{i}@one.test"), towns[i / 5])),
            Entry("cn=all,o=a,o=hosting", new("objectClass", "inetMailGroup"), new("cn", "all"), new("mail", "all@one.test"), new("mgrpDeliverTo", "ldap:///o=a,o=hosting??sub?(l=Ulm)")),
        ], b => b.BeginLoad());
        MailAddress group = MailAddress.Parse("all@one.test");
        Assert.Equal(["u5", "u6", "u7", "u8", "u9"], table.Expand(group, (Resolution.Accepted)table.Resolve(group)).Select(h => h.Final.LocalPart).Order());
    }

    /// <summary>Of many who claim one thing only some are named.</summary>
    [Fact]
    public void Which_of_many_claimants_are_told_of_does_not_depend_on_the_order() => Check(s_runs.WithMaxTest(20), seed =>
    {
        var random = new Random(seed);
        (EntryId, LdapEntry)[] people = [.. Enumerable.Range(0, 12).Select(i => Entry($"cn=p{i},o=a,o=hosting", new("objectClass", "inetMailUser"), new("uid", "same"), new("mail", "same@one.test")))];
        (EntryId, LdapEntry) domain = Entry("o=a,o=hosting", new("objectClass", "inetDomain"), new("associatedDomain", "one.test"));
        random.Shuffle(people);
        HashSet<string> told = [.. Loaded([domain, .. people]).Problems.Select(p => p.ToString())];
        random.Shuffle(people);
        Assert.Equal(told, [.. Loaded([domain, .. people]).Problems.Select(p => p.ToString())]);
    });

    [Fact]
    public void Reading_ahead_tells_of_octets_that_are_no_entry()
    {
        var ahead = new ReadAhead(new TableBuilder(new LiveTable(ExampleDirectory.Settings, TimeProvider.System).Current), () => _ => null);
        ahead.Add(new EntryId(Guid.NewGuid()), [1, 2, 3]);
        Assert.False(ahead.Finish());
    }

    private static void RefreshIsTheSame(int seed)
    {
        var random = new Random(seed);
        RandomDirectory directory = RandomDirectory.Of(random);
        RoutingTable before = Loaded(RandomDirectory.Of(random).Shuffled(random));
        Assert.Equal(directory.Seen(Loaded(directory.Shuffled(random))), directory.Seen(Settled(Loaded(directory.Shuffled(random), before))));
    }

    /// <summary>The octets of an entry are its number here, and enough to fill several batches.</summary>
    private static RoutingTable ReadAheadOf((EntryId Id, LdapEntry Entry)[] entries, Action<TableBuilder> begin)
    {
        var builder = new TableBuilder(new LiveTable(ExampleDirectory.Settings, TimeProvider.System).Current);
        begin(builder);
        var ahead = new ReadAhead(builder, () => octets => entries[BitConverter.ToInt32(octets.Span)].Entry);
        byte[] octets = new byte[4000];
        for (int i = 0; i < entries.Length; i++)
        {
            BitConverter.TryWriteBytes(octets, i);
            Assert.True(ahead.Add(entries[i].Id, octets));
        }
        Assert.True(ahead.Finish());
        builder.EndRefresh(removeUnseen: true);
        return builder.Build(DateTimeOffset.UnixEpoch).Table;
    }

    private static (EntryId, LdapEntry) Entry(string dn, params LdapAttribute[] attributes) => (ExampleDirectory.IdOf(dn), new(Dn.Parse(dn), attributes));

    private static void Check(Config runs, Action<int> holds) => Check(runs, seed =>
    {
        holds(seed);
        return true;
    });

    private static void Check(Config runs, Func<int, bool> holds) => Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), holds).Check(runs);

    private static RoutingTable Loaded(IEnumerable<(EntryId Id, LdapEntry Entry)> entries, RoutingTable? before = null)
    {
        var builder = new TableBuilder(before ?? new LiveTable(ExampleDirectory.Settings, TimeProvider.System).Current);
        builder.BeginRefresh(isFull: true);
        foreach ((EntryId id, LdapEntry entry) in entries)
            builder.Upsert(id, entry);
        builder.EndRefresh(removeUnseen: true);
        return builder.Build(DateTimeOffset.UnixEpoch).Table;
    }

    /// <summary>That somebody came in the place of another is the one thing that a table knows of the past.</summary>
    private static RoutingTable Settled(RoutingTable table) => Pushed(table, b =>
    {
        foreach (EntryId user in table.NotAdopted.Keys)
            b.Settled(user);
    });

    private static RoutingTable Pushed(RoutingTable table, Action<TableBuilder> push)
    {
        var builder = new TableBuilder(table);
        push(builder);
        return builder.Build(DateTimeOffset.UnixEpoch).Table;
    }
}

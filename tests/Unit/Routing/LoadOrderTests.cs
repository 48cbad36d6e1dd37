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
        Assert.Equal(directory.Seen(Loaded(directory.Shuffled(random))), directory.Seen(table));
    });

    [Fact]
    public void A_refresh_comes_to_the_same_whatever_was_there_before() => Check(s_runs, seed =>
    {
        var random = new Random(seed);
        RandomDirectory directory = RandomDirectory.Of(random);
        RoutingTable before = Loaded(RandomDirectory.Of(random).Shuffled(random));
        Assert.Equal(directory.Seen(Loaded(directory.Shuffled(random))), directory.Seen(Loaded(directory.Shuffled(random), before)));
    });

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

    private static RoutingTable Pushed(RoutingTable table, Action<TableBuilder> push)
    {
        var builder = new TableBuilder(table);
        push(builder);
        return builder.Build(DateTimeOffset.UnixEpoch).Table;
    }
}

using System.Net;
using DirMail.Mail;
using DirMail.Store;
using DirMail.Transfer;

namespace DirMail.Unit.Transfer;

public sealed class BacklogTests
{
    private static readonly OutgoingIdentity Unbound = new(null, "host", null, null);
    private static readonly EntryId Big = new(Guid.NewGuid()), Small = new(Guid.NewGuid());
    private long _next = 1;

    [Fact]
    public void A_domain_with_much_mail_lets_another_through_after_one_turn()
    {
        var backlog = new Backlog(slots: 4, perDestination: 4);
        for (int i = 0; i < 100; i++)
            backlog.Add(Row(Big, $"d{i}.test"));
        backlog.Add(Row(Small, "x.test"));

        EntryId[] order = [.. Taken(backlog).Select(static row => row.Message.Domain)];

        // half the slots at most for the one, so the other need not even wait for an end
        Assert.Equal(2, order.Count(domain => domain == Big));
        Assert.Equal(1, order.Count(domain => domain == Small));
    }

    [Fact]
    public void A_destination_holds_no_more_than_its_share()
    {
        var backlog = new Backlog(slots: 100, perDestination: 3);
        for (int i = 0; i < 10; i++)
            backlog.Add(Row(Big, "slow.test"));
        backlog.Add(Row(Big, "quick.test"));

        List<QueueRow> taken = Taken(backlog);

        Assert.Equal(3, taken.Count(static row => row.Message.Destination == "slow.test"));
        Assert.Contains(taken, static row => row.Message.Destination == "quick.test");
    }

    [Fact]
    public void Within_a_destination_the_higher_priority_goes_first()
    {
        var backlog = new Backlog(slots: 100, perDestination: 10);
        int?[] priorities = [null, -4, 2, 0, 9, 2];
        foreach (int? priority in priorities)
            backlog.Add(Row(Big, "x.test") is var row ? row with { Message = row.Message with { Wishes = new() { Priority = priority } } } : row);

        Assert.Equal([5, 3, 6, 1, 4, 2], Taken(backlog).Select(static row => row.Id.Value));
    }

    [Fact]
    public void One_domain_does_not_hold_all_of_a_destination()
    {
        var backlog = new Backlog(slots: 100, perDestination: 20);
        for (int i = 0; i < 50; i++)
            backlog.Add(Row(Big, "slow.test"));
        Assert.Equal(15, Taken(backlog).Count);
        backlog.Add(Row(Small, "slow.test"));
        Assert.Equal(Small, Assert.Single(Taken(backlog)).Message.Domain);
    }

    /// <summary>Both want the one slot that becomes free again and again.</summary>
    [Fact]
    public void A_single_free_slot_goes_from_domain_to_domain()
    {
        var backlog = new Backlog(slots: 2, perDestination: 1);
        for (int i = 0; i < 100; i++)
            backlog.Add(Row(Big, "slow.test"));
        QueueRow underWay = Assert.Single(Taken(backlog));
        backlog.Add(Row(Small, "slow.test"));
        Assert.Empty(Taken(backlog));
        backlog.End(underWay);
        QueueRow next = Assert.Single(Taken(backlog));
        backlog.End(next);
        Assert.Contains(Small, new[] { next.Message.Domain, Assert.Single(Taken(backlog)).Message.Domain });
    }

    /// <summary>Domains without an address of their own leave from the host's: together they open no more connections than one with an address.</summary>
    [Fact]
    public void The_host_s_own_address_has_the_limit_of_a_virtual_one()
    {
        var backlog = new Backlog(slots: 8, perDestination: 8);
        for (int i = 0; i < 10; i++)
            backlog.Add(Row(new(Guid.NewGuid()), $"d{i}.test", identity: Unbound));
        List<QueueRow> unbound = Taken(backlog);
        Assert.Equal(4, unbound.Count);

        // what has an address, and what stays here, does not wait for it
        backlog.Add(Row(Small, "d0.test"));
        backlog.Add(Row(Big, "here.test", identity: QueuePlan.Nobody, channel: ChannelNames.Local));
        Assert.Equal(2, Taken(backlog).Count);

        backlog.End(unbound[0]);
        Assert.Equal(Unbound, Assert.Single(Taken(backlog)).Message.Identity);
    }

    [Fact]
    public void No_row_is_under_way_twice()
    {
        var backlog = new Backlog(10, 10);
        QueueRow row = Row(Big, "x.test");
        Assert.True(backlog.Add(row));
        Assert.False(backlog.Add(row));
        Assert.Same(row, backlog.Next());
        Assert.False(backlog.Add(row));
        backlog.End(row);
        Assert.True(backlog.Add(row));
    }

    [Fact]
    public void Large_mail_takes_its_turns_in_octets()
    {
        var backlog = new Backlog(slots: 100, perDestination: 100);
        for (int i = 0; i < 10; i++)
        {
            backlog.Add(Row(Big, $"b{i}.test", octets: 640 * 1024));
            backlog.Add(Row(Small, $"s{i}.test"));
        }
        List<QueueRow> order = Taken(backlog);
        Assert.Equal(20, order.Count);
        Assert.All(order.Take(9), static row => Assert.Equal(1024, row.Octets));
    }

    private static List<QueueRow> Taken(Backlog backlog)
    {
        List<QueueRow> taken = [];
        while (backlog.Next() is { } row)
            taken.Add(row);
        return taken;
    }

    private QueueRow Row(EntryId domain, string destination, long octets = 1024, OutgoingIdentity? identity = null, string channel = ChannelNames.Smtp)
    {
        var message = new QueuedMessage
        {
            Domain = domain,
            Channel = channel,
            Destination = destination,
            Identity = identity ?? new(domain, "mail.bcd.com", IPAddress.Parse("127.0.70.1"), null),
            NextAttempt = default,
            Expires = default,
            Recipients = [],
        };
        return new(new(_next++), default, message, octets, default, []);
    }
}

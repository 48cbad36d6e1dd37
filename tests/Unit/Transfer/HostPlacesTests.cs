using System.Net;
using DirMail.Mail;
using DirMail.Store;
using DirMail.Transfer;

namespace DirMail.Unit.Transfer;

/// <summary>What the backlog does with rows whose host is full, which a channel finds out.</summary>
public sealed class HostPlacesTests
{
    private static readonly EntryId Big = new(Guid.NewGuid()), Small = new(Guid.NewGuid());
    private static readonly IPEndPoint Host = new(IPAddress.Loopback, 25), Other = new(IPAddress.Parse("127.0.0.2"), 25);
    private readonly Backlog _backlog = new(slots: 20, perDestination: 4);
    private long _next = 1;

    [Fact]
    public void What_finds_the_host_full_gives_its_slot_back_and_goes_when_a_place_is_free()
    {
        Add(Big, 9);
        List<QueueRow> there = Run(Host);
        // three quarters for one domain
        Assert.Equal(3, there.Count);
        Assert.Equal(3, _backlog.UnderWay);
        Assert.Null(_backlog.Next());

        _backlog.Add(Row(Big, "elsewhere.test"));
        Assert.Equal("elsewhere.test", _backlog.Next()?.Message.Destination);

        for (int ended = 0; ended < 6; ended++)
        {
            _backlog.End(there[ended]);
            QueueRow next = Assert.Single(Run(Host));
            there.Add(next);
        }
        Assert.Equal(Enumerable.Range(0, 9).Select(static i => $"d{i}.test"), there.Select(static row => row.Message.Destination));
    }

    [Fact]
    public void A_domain_with_much_mail_for_the_host_leaves_another_its_part()
    {
        Add(Big, 50);
        List<QueueRow> there = Run(Host);
        Add(Small, 2);
        QueueRow small = Assert.Single(Run(Host));
        Assert.Equal(Small, small.Message.Domain);
        _backlog.End(there[0]);
        // from now on in turn
        Assert.Equal([Big], Run(Host).Select(static row => row.Message.Domain));
        _backlog.End(there[1]);
        Assert.Equal([Small], Run(Host).Select(static row => row.Message.Domain));
    }

    /// <summary>They step back one after the other, and nothing of their order is lost.</summary>
    [Fact]
    public void Mail_to_one_destination_keeps_its_order()
    {
        Assert.True(_backlog.Places.TryEnter(Row(Small, "x"), Host) && _backlog.Places.TryEnter(Row(Small, "x"), Host) && _backlog.Places.TryEnter(Row(Small, "x"), Host));
        for (int i = 0; i < 5; i++)
            _backlog.Add(Row(Big, "same.test"));
        List<QueueRow> sent = [];
        while (Run(Host) is [var row])
        {
            sent.Add(row);
            _backlog.End(row);
        }
        Assert.Equal([4, 5, 6, 7, 8], sent.Select(static row => row.Id.Value));
    }

    [Fact]
    public void Who_goes_on_to_another_host_leaves_its_place_to_those_who_wait()
    {
        List<IPEndPoint> left = [];
        _backlog.Places.Left += left.Add;
        Add(Big, 4);
        List<QueueRow> there = Run(Host);
        Assert.True(_backlog.Places.TryEnter(there[0], Other));
        Assert.Equal([Host], left);
        _backlog.Admit(Host);
        Assert.Equal("d3.test", Assert.Single(Run(Host)).Message.Destination);
    }

    /// <summary>Its place was kept for it; another address took the mail, or it was taken out of the queue.</summary>
    [Fact]
    public void A_place_that_is_not_used_goes_to_the_next()
    {
        Add(Big, 5);
        List<QueueRow> there = Run(Host);
        _backlog.End(there[0]);
        _backlog.End(_backlog.Next()!);
        Assert.Equal("d4.test", Assert.Single(Run(Host)).Message.Destination);
    }

    /// <summary>Between the channel's question and the step back the host was left by all: nobody would call the row.</summary>
    [Fact]
    public void A_place_that_was_free_before_the_step_back_is_not_missed()
    {
        Add(Big, 1);
        QueueRow row = _backlog.Next()!;
        _backlog.StepBack(row, Host);
        Assert.Same(row, _backlog.Next());
    }

    [Fact]
    public void Nothing_is_left_behind()
    {
        for (int round = 0; round < 3; round++)
        {
            Add(Big, 30);
            Add(Small, 30);
            int ended = 0;
            while (Run(Host) is { Count: > 0 } there)
                foreach (QueueRow row in there)
                {
                    _backlog.End(row);
                    ended++;
                }
            Assert.Equal((60, 0, 0), (ended, _backlog.UnderWay, _backlog.Lanes));
        }
    }

    /// <summary>Takes all whose turn it is to the host; those for whom it is full step back.</summary>
    private List<QueueRow> Run(IPEndPoint host)
    {
        List<QueueRow> there = [];
        while (_backlog.Next() is { } row)
            if (_backlog.Places.TryEnter(row, host))
                there.Add(row);
            else
                _backlog.StepBack(row, host);
        return there;
    }

    private void Add(EntryId domain, int destinations)
    {
        for (int i = 0; i < destinations; i++)
            _backlog.Add(Row(domain, $"d{i}.test"));
    }

    private QueueRow Row(EntryId domain, string destination)
    {
        var message = new QueuedMessage
        {
            Domain = domain,
            Channel = ChannelNames.Smtp,
            Destination = destination,
            Identity = new(domain, "mail.bcd.com", IPAddress.Parse("127.0.70.1"), null),
            NextAttempt = default,
            Expires = default,
            Recipients = [],
        };
        return new(new(_next++), default, message, 1024, default, []);
    }
}

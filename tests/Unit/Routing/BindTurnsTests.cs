using System.Diagnostics;
using System.Net;
using DirMail.Routing.Access;

namespace DirMail.Unit.Routing;

public class BindTurnsTests
{
    private static readonly IPAddress Busy = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress Other = IPAddress.Parse("192.0.2.2");
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly BindTurns _turns = new(1);

    [Fact]
    public async Task Clients_have_their_turns_whoever_asks_most()
    {
        Assert.True(await EnterAsync(Busy));
        Task<bool> first = EnterAsync(Busy), second = EnterAsync(Busy), other = EnterAsync(Other);
        Assert.False(first.IsCompleted || second.IsCompleted || other.IsCompleted);
        Answered();
        Assert.True(await first);
        Answered();
        Assert.True(await other);
        Assert.False(second.IsCompleted);
        Answered();
        Assert.True(await second);
        Answered();
        Assert.True(await EnterAsync(Other));
    }

    [Fact]
    public async Task One_client_cannot_fill_the_line()
    {
        Assert.True(await EnterAsync(Busy));
        Task<bool>[] many = [.. Enumerable.Range(0, 250).Select(_ => EnterAsync(Busy))];
        Assert.Equal(50, many.Count(t => t.IsCompletedSuccessfully && !t.Result));
        Task<bool> other = EnterAsync(Other);
        Answered();
        Answered();
        Assert.True(await other);
    }

    [Fact]
    public async Task Nobody_waits_for_a_directory_that_is_silent()
    {
        Assert.True(await EnterAsync(Busy));
        Task<bool> waiting = EnterAsync(Other);
        _turns.Leave(Stopwatch.GetTimestamp(), isAnswered: false);
        Assert.False(await waiting);
        // the connection is free for one to try; the next is told at once
        Assert.True(await EnterAsync(Other));
        Assert.False(await EnterAsync(Busy));
        Answered();
        Assert.True(await EnterAsync(Busy));
        Assert.False(EnterAsync(Other).IsCompleted);
    }

    [Fact]
    public async Task Who_goes_before_the_turn_does_not_keep_it()
    {
        Assert.True(await EnterAsync(Busy));
        using var gone = new CancellationTokenSource();
        Task<bool> left = _turns.EnterAsync(Other, Patience, gone.Token);
        Task<bool> stays = EnterAsync(Busy);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        Answered();
        Assert.True(await stays);
    }

    private Task<bool> EnterAsync(IPAddress client) => _turns.EnterAsync(client, Patience, CancellationToken.None);

    private void Answered() => _turns.Leave(Stopwatch.GetTimestamp(), isAnswered: true);
}

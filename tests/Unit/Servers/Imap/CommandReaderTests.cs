using System.Text;
using DirMail.Servers.Imap;
using DirMail.Unit.Wire;
using DirMail.Wire;

namespace DirMail.Unit.Servers.Imap;

/// <summary>Commands off the wire: lines with their literals, bounded.</summary>
public sealed class CommandReaderTests
{
    [Theory]
    [InlineData("a NOOP\r\n", "a NOOP")]
    [InlineData("a CREATE {3+}\r\nxyz\r\n", "a CREATE {3+}\r\nxyz")]
    [InlineData("a RENAME {1+}\r\nx {2+}\r\n\r\n\r\n", "a RENAME {1+}\r\nx {2+}\r\n\r\n")]
    [InlineData("a APPEND {5+}\r\nINBOX (\\Seen) {10}\r\n", "a APPEND {5+}\r\nINBOX (\\Seen) ")]
    [InlineData("a APPEND INBOX {10+}\r\n", "a APPEND INBOX ")]
    [InlineData("a CREATE \"{3}\"\r\n", "a CREATE \"{3}\"")]
    [InlineData("a CREATE {3}x\r\n", "a CREATE {3}x")]
    [InlineData("a CREATE {x}\r\n", "a CREATE {x}")]
    public async Task Reads_a_command_with_its_literals(string sent, string expected)
    {
        await using Pair pair = await Pair.OpenAsync();
        CommandReader reader = new(pair.Ours, CancellationToken.None);
        await pair.SendAsync(sent);
        RawCommand command = await reader.ReadAsync(1000, Pair.Soon, CancellationToken.None);
        Assert.Equal(LineStatus.Ok, command.Status);
        Assert.Equal(expected, Encoding.UTF8.GetString(command.Text.Span));
    }

    [Fact]
    public async Task Asks_for_a_literal_that_the_client_holds_back()
    {
        await using Pair pair = await Pair.OpenAsync();
        CommandReader reader = new(pair.Ours, CancellationToken.None);
        await pair.SendAsync("a CREATE {3}\r\n");
        Task<RawCommand> reading = reader.ReadAsync(1000, Pair.Soon, CancellationToken.None).AsTask();
        Assert.Equal("+ ", await pair.PeerReadsAsync(2));
        await pair.SendAsync("xyz\r\n");
        Assert.Equal("a CREATE {3}\r\nxyz", Encoding.UTF8.GetString((await reading).Text.Span));
    }

    [Theory]
    [InlineData("a CREATE {2000}\r\n")]
    [InlineData("a CREATE {99999999999}\r\n")]
    [InlineData("a CREATE {5000+}\r\n")]
    public async Task Hands_out_a_literal_that_is_too_large_without_reading_it(string sent)
    {
        await using Pair pair = await Pair.OpenAsync();
        CommandReader reader = new(pair.Ours, CancellationToken.None);
        await pair.SendAsync(sent);
        RawCommand command = await reader.ReadAsync(1000, Pair.Soon, CancellationToken.None);
        Assert.NotNull(command.Pending);
        Assert.Equal("a CREATE ", Encoding.UTF8.GetString(command.Text.Span));
    }

    [Fact]
    public async Task Many_literals_do_not_add_up_to_more_than_a_command()
    {
        await using Pair pair = await Pair.OpenAsync();
        CommandReader reader = new(pair.Ours, CancellationToken.None);
        await pair.SendAsync("a X" + string.Concat(Enumerable.Repeat(" {400+}\r\n" + new string('x', 400), 3)) + "\r\n");
        RawCommand command = await reader.ReadAsync(1000, Pair.Soon, CancellationToken.None);
        Assert.True(command.Pending is not null || command.Status == LineStatus.TooLong);
    }

    [Fact]
    public async Task A_command_half_sent_is_given_up_when_the_session_ends()
    {
        await using Pair pair = await Pair.OpenAsync();
        using CancellationTokenSource ending = new();
        CommandReader reader = new(pair.Ours, ending.Token);
        await pair.SendAsync("a CREATE {3+}\r\nxyz");
        Task<RawCommand> reading = reader.ReadAsync(1000, Pair.Soon, CancellationToken.None).AsTask();
        await ending.CancelAsync();
        pair.Ours.Interrupt();
        Assert.Equal(LineStatus.Interrupted, (await reading.WaitAsync(Pair.Soon)).Status);
    }
}

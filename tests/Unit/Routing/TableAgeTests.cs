using System.Net;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Unit.Transfer;
using DirMail.Unit.Wire;
using static DirMail.Unit.Routing.ExampleDirectory;

namespace DirMail.Unit.Routing;

/// <summary>How old the table may become while the directory is away, and what is told and refused then.</summary>
public sealed class TableAgeTests : IAsyncLifetime
{
    private static readonly IPAddress Host = IPAddress.Parse("127.0.0.1");
    private static readonly LoginAttempt Alice = new("alice@bcd.com", "alice-bcd-secret", MailService.Imap, true, Host, Host);
    private static readonly TimeSpan SoftLimit = TimeSpan.FromHours(1), HardLimit = TimeSpan.FromHours(24);

    private readonly TemporaryFolder _folder = new();
    private readonly SteppedClock _clock = new();
    private readonly Logs _logs = new();
    private readonly List<string> _said = [];
    private ServedDirectory _directory = null!;
    private LiveTable _live = null!;
    private DirectoryFollower _follower = null!;

    private DirectorySettings Settings => _directory.Settings with { SoftLimit = SoftLimit, HardLimit = HardLimit, CacheFolder = Path.Combine(_folder.Path, "cache") };

    [Fact]
    public async Task Past_the_soft_limit_it_is_told_once_and_once_more_when_it_is_over()
    {
        Assert.Equal(TimeSpan.Zero, _live.Age.Now);
        await LoseAsync();
        _clock.Advance(SoftLimit);
        Assert.Contains("directory.softLimit 01:00:00", await MovesUntilAsync("not been in step"), StringComparison.Ordinal);
        Assert.IsType<Resolution.Accepted>(_live.Current.Resolve(Address("alice@bcd.com")));
        Assert.InRange(_live.Age.Now, SoftLimit, HardLimit);
        for (int beat = 0; beat < 5; beat++)
            _clock.Advance(TimeSpan.FromSeconds(10));

        await ComesBackAsync();
        Assert.Single(_said, line => line.Contains("not been in step", StringComparison.Ordinal));
        Assert.Equal(TimeSpan.Zero, _live.Age.Now);

        _said.Clear();
        await LoseAsync();
        _clock.Advance(SoftLimit);
        await MovesUntilAsync("not been in step");
    }

    [Fact]
    public async Task Past_the_hard_limit_mail_and_logins_wait_but_open_sessions_go_on_until_it_is_back()
    {
        await using var logins = new Logins(_live, Settings, TimeProvider.System, _logs);
        Assert.IsType<LoginResult.Accepted>(await logins.CheckAsync(Alice, default));
        MailUser alice = _live.Current.FindUser(_live.Current.FindDomain("bcd.com")!, "alice")!;
        await LoseAsync();
        _clock.Advance(HardLimit);
        Assert.IsType<Resolution.Accepted>(_live.Current.Resolve(Address("alice@bcd.com")));
        Assert.IsType<LoginResult.Accepted>(await logins.CheckAsync(Alice, default));

        _clock.Advance(TimeSpan.FromSeconds(10));
        var refused = Assert.IsType<Resolution.Refused>(_live.Current.Resolve(Address("alice@bcd.com")));
        Assert.StartsWith("451 4.3.0 ", refused.Reply.ToString(), StringComparison.Ordinal);
        Assert.IsType<Resolution.Refused>(_live.Current.Resolve(Address("far@xyz.test")));
        AccessReply reply = Assert.IsType<LoginResult.Refused>(await logins.CheckAsync(Alice, default)).Reply;
        Assert.Equal(("UNAVAILABLE", "SYS/TEMP"), (reply.ImapCode, reply.Pop3Code));
        Assert.StartsWith("454 4.7.0 ", reply.Smtp.ToString(), StringComparison.Ordinal);
        Assert.Null(AccessRules.Check(_live.Current, alice.Id, alice.Domain, new(MailService.Imap, true, Host)));

        await ComesBackAsync();
        Assert.IsType<Resolution.Accepted>(_live.Current.Resolve(Address("alice@bcd.com")));
        Assert.IsType<Resolution.NotHosted>(_live.Current.Resolve(Address("far@xyz.test")));
        Assert.IsType<LoginResult.Accepted>(await logins.CheckAsync(Alice, default));
    }

    [Fact]
    public async Task After_a_cold_start_the_age_counts_from_when_it_was_last_in_step()
    {
        _clock.Advance(TimeSpan.FromMinutes(5));
        DateTimeOffset inStep = _clock.GetUtcNow();
        await _follower.DisposeAsync();
        await _directory.StopServingAsync();
        _clock.Advance(TimeSpan.FromHours(2));
        Follow();
        Assert.Equal((TimeSpan.FromHours(2), inStep), (_live.Age.Now, _live.Current.AsOf));
        Assert.IsType<Resolution.Accepted>(_live.Current.Resolve(Address("alice@bcd.com")));

        _clock.Advance(HardLimit);
        Assert.IsType<Resolution.Refused>(_live.Current.Resolve(Address("alice@bcd.com")));
        await MovesUntilAsync("not been in step");
        await ComesBackAsync();
        Assert.IsType<Resolution.Accepted>(_live.Current.Resolve(Address("alice@bcd.com")));
    }

    [Fact]
    public async Task Stopped_while_the_directory_is_away_it_is_as_old_at_the_next_start()
    {
        await LoseAsync();
        _clock.Advance(TimeSpan.FromHours(3));
        await _follower.DisposeAsync();
        Follow();
        Assert.InRange(_live.Age.Now, TimeSpan.FromHours(3), TimeSpan.FromHours(4));
    }

    public async Task InitializeAsync()
    {
        _directory = await ServedDirectory.StartAsync();
        Follow();
        await _follower.Tried.WaitAsync(TransferRoom.Soon);
        Assert.True(_follower.Status.Connected);
    }

    public async Task DisposeAsync()
    {
        await _follower.DisposeAsync();
        await _directory.DisposeAsync();
        await _folder.DisposeAsync();
    }

    private void Follow()
    {
        _live = new LiveTable(Settings, _clock);
        _follower = DirectoryFollower.Start(Settings, _live, _clock, _logs);
    }

    private async Task LoseAsync()
    {
        await _directory.StopServingAsync();
        await SaysAsync("is lost");
    }

    private async Task ComesBackAsync()
    {
        await _directory.ServeAsync();
        Assert.EndsWith("again", await MovesUntilAsync("is in step with the directory"), StringComparison.Ordinal);
    }

    /// <summary>Beats come, and the waits between the tries end, as the clock moves.</summary>
    private async Task<string> MovesUntilAsync(string part)
    {
        Task<string> said = SaysAsync(part);
        while (await Task.WhenAny(said, Task.Delay(5)) != said)
            _clock.Advance(TimeSpan.FromSeconds(10));
        return await said;
    }

    private async Task<string> SaysAsync(string part)
    {
        using var limit = new CancellationTokenSource(TransferRoom.Soon);
        await foreach (string line in _logs.Lines.ReadAllAsync(limit.Token))
        {
            _said.Add(line);
            if (line.Contains(part, StringComparison.Ordinal))
                return line;
        }
        throw new InvalidOperationException("the log ended");
    }
}

using System.Net;
using System.Text;
using System.Threading.Channels;
using DirMail.Channels.Autoreply;
using DirMail.Channels.Expanded;
using DirMail.Channels.Hold;
using DirMail.Channels.Local;
using DirMail.Channels.Reprocess;
using DirMail.Channels.Return;
using DirMail.Mail;
using DirMail.Store;
using DirMail.Transfer;
using DirMail.Unit.Routing;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Unit.Transfer;

/// <summary>The transfer unit on a real store in a folder of its own, with the example directory and a scripted way out.</summary>
internal sealed class TransferRoom : IAsyncDisposable
{
    /// <summary>How long anything is waited for that must come: no measure of this machine.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromMinutes(2);

    private readonly string _folder = Path.Combine(Path.GetTempPath(), "dirmail-transfer-" + Guid.NewGuid().ToString("N"));
    private readonly Logs _trail = new();
    private Scheduler? _scheduler;

    private TransferRoom(ExampleDirectory directory) => Directory = directory;

    private StoreSettings Settings { get => field with { Folder = _folder }; init; } = new() { Folder = "", Readers = 2 };

    public SteppedClock Clock { get; } = new();
    public ExampleDirectory Directory { get; }
    public ScriptedChannel Out { get; } = new();
    public MessageStore Store { get; private set; } = null!;
    public TransferServices Services { get; set; } = null!;
    public TransferUnit Unit => new(Services);
    public string StoreFile => Path.Combine(_folder, "store.db");

    /// <param name="directory">Null: the example, loaded.</param>
    /// <param name="settings">Of the store, but for its folder; null: the usual ones.</param>
    public static async Task<TransferRoom> OpenAsync(ExampleDirectory? directory = null, StoreSettings? settings = null)
    {
        directory ??= ExampleDirectory.Load();
        TransferRoom room = settings is null ? new(directory) : new(directory) { Settings = settings };
        await room.OpenStoreAsync();
        return room;
    }

    public void StartScheduler()
    {
        IChannel[] channels = [Out, new LocalChannel(Directory.Live, NullLogger.Instance), new HoldChannel(Directory.Live, NullLogger.Instance), new ReprocessChannel(Directory.Live), new ReturnChannel(), new ExpandedChannel(), new AutoreplyChannel(Directory.Live, Clock, NullLogger.Instance)];
        _scheduler = new Scheduler(Services, channels.ToDictionary(static channel => channel.Name));
        _scheduler.Start();
    }

    /// <summary>As after a crash: nothing but the store is left.</summary>
    public async Task RestartAsync()
    {
        await CloseAsync();
        await OpenStoreAsync();
    }

    public async Task<AcceptResult> AcceptAsync(string from, string[] to, Origin? origin = null, Func<EnvelopeRecipient, EnvelopeRecipient>? change = null, DeliveryWishes? wishes = null, bool answersEach = false, string fields = "", string header = "")
    {
        await using ContentWriter writer = Store.NewContent();
        await writer.WriteAsync(Encoding.ASCII.GetBytes($"{header}From: {from}\r\nSubject: test\r\n\r\nText.\r\n"), CancellationToken.None);
        Content content = (await writer.CompleteAsync(CancellationToken.None))!;
        var envelope = new Envelope
        {
            Sender = from.Length == 0 ? null : MailAddress.Parse(from),
            Wishes = wishes ?? DeliveryWishes.None,
            Recipients = [.. to.Select(text => new EnvelopeRecipient(MailAddress.Parse(text))).Select(change ?? (static recipient => recipient))],
        };
        return await Unit.AcceptAsync(new Submission(envelope, content, origin ?? Outside) { AnswersEach = answersEach, Fields = fields }, CancellationToken.None);
    }

    public static Origin Outside { get; } = new() { Protocol = "ESMTP", ByHost = "mail.bcd.com", ClientName = "mx.xyz.test", Client = IPAddress.Parse("192.0.2.1") };

    public Origin By(string uid, string domain) => Outside with { Protocol = "ESMTPA", User = Directory.User(uid, domain).Id };

    public async Task<IReadOnlyList<QueueRow>> QueueAsync() => await Store.Queue.ListAsync(new QueueFilter(), null, 100, CancellationToken.None);

    public async Task<string[]> InboxAsync(string uid, string domain, string mailbox = "INBOX")
    {
        Mailbox? inbox = await Store.Mailboxes.FindAsync(Directory.User(uid, domain).Id, mailbox, CancellationToken.None);
        if (inbox is null || await Store.Mailboxes.OpenAsync(inbox.Id, CancellationToken.None) is not { } view)
            return [];
        List<string> texts = [];
        foreach (MailboxEntry entry in view.Entries)
            texts.Add(await TextAsync(await Store.Mailboxes.ReadAsync(entry.Rendition, CancellationToken.None)));
        return [.. texts];
    }

    public async Task<string> TextAsync(QueueRow row) => await TextAsync(await Store.Queue.OpenAsync(row.Id, CancellationToken.None));

    private static async Task<string> TextAsync(MessageContent content)
    {
        var octets = new byte[content.Octets];
        await content.ReadAsync(0, octets, CancellationToken.None);
        return Encoding.UTF8.GetString(octets);
    }

    /// <summary>Waits for the trail line that a recipient is finished with, or was attempted.</summary>
    public async Task<string> TrailAsync(string beginning)
    {
        using var limit = new CancellationTokenSource(Soon);
        await foreach (string line in _trail.Lines.ReadAllAsync(limit.Token))
            if (line.StartsWith(beginning, StringComparison.Ordinal))
                return line;
        throw new InvalidOperationException("the trail ended");
    }

    public async ValueTask DisposeAsync()
    {
        if (_scheduler is not null)
            await _scheduler.DisposeAsync();
        _scheduler = null;
        IReadOnlyList<string> problems = await Store.CheckAsync(CancellationToken.None);
        await CloseAsync();
        System.IO.Directory.Delete(_folder, recursive: true);
        Assert.Empty(problems);
    }

    private async Task CloseAsync()
    {
        if (_scheduler is not null)
            await _scheduler.DisposeAsync();
        _scheduler = null;
        await Store.DisposeAsync();
    }

    private async Task OpenStoreAsync()
    {
        Store = await MessageStore.OpenAsync(Settings, Clock, NullLogger.Instance, CancellationToken.None);
        Services = new TransferServices { Store = Store, Live = Directory.Live, Settings = new(), Trail = new MailTrail(_trail), Logger = NullLogger.Instance, Clock = Clock };
    }
}

/// <summary>A way out whose attempts end as the test says, one answer each; without one the attempt waits for it.</summary>
internal sealed class ScriptedChannel : IChannel
{
    private readonly Channel<Outcome> _answers = System.Threading.Channels.Channel.CreateUnbounded<Outcome>();
    private readonly Channel<QueueRow> _attempts = System.Threading.Channels.Channel.CreateUnbounded<QueueRow>();

    public string Name => "smtp";

    public void Answer(Outcome outcome) => _answers.Writer.TryWrite(outcome);

    public async Task<QueueRow> AttemptAsync() => await _attempts.Reader.ReadAsync().AsTask().WaitAsync(TransferRoom.Soon);

    public bool HasAttempt => _attempts.Reader.Count > 0;

    public async Task<IReadOnlyList<Attempt>> DeliverAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        _attempts.Writer.TryWrite(delivery.Row);
        Outcome outcome = await _answers.Reader.ReadAsync(cancellationToken);
        return [.. delivery.Row.Recipients.Select(_ => new Attempt(outcome))];
    }
}

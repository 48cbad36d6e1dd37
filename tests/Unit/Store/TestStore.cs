using System.Text;
using DirMail.Mail;
using DirMail.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Unit.Store;

/// <summary>A store in a folder of its own. Closing it checks every invariant first, so each test also tests that it left a sound store.</summary>
internal sealed class TestStore : IAsyncDisposable
{
    private bool _isClosed;

    private TestStore(MessageStore store, StoreSettings settings, TestClock clock) => (Store, Settings, Clock) = (store, settings, clock);

    public MessageStore Store { get; private set; }
    public StoreSettings Settings { get; }
    public TestClock Clock { get; }
    public Mailboxes Mailboxes => Store.Mailboxes;
    public DirMail.Store.Queue Queue => Store.Queue;

    /// <summary>Set where a test has damaged the store on purpose.</summary>
    public bool IsDamaged { get; set; }

    public static async Task<TestStore> OpenAsync(Func<StoreSettings, StoreSettings>? change = null)
    {
        var settings = new StoreSettings { Folder = Path.Combine(Path.GetTempPath(), "dirmail-store-" + Guid.NewGuid().ToString("N")), Readers = 2 };
        settings = change?.Invoke(settings) ?? settings;
        var clock = new TestClock();
        return new(await MessageStore.OpenAsync(settings, clock, NullLogger.Instance, CancellationToken.None), settings, clock);
    }

    public async Task CloseAsync()
    {
        await Store.DisposeAsync();
        _isClosed = true;
    }

    public async Task ReopenAsync(Func<StoreSettings, StoreSettings>? change = null)
    {
        await CloseAsync();
        Store = await MessageStore.OpenAsync(change?.Invoke(Settings) ?? Settings, Clock, NullLogger.Instance, CancellationToken.None);
        _isClosed = false;
    }

    public async ValueTask DisposeAsync()
    {
        IReadOnlyList<string> problems = IsDamaged || _isClosed ? [] : await Store.CheckAsync(CancellationToken.None);
        await Store.DisposeAsync();
        Directory.Delete(Settings.Folder, recursive: true);
        Assert.Empty(problems);
    }

    public async Task<Content> ContentAsync(string text, string? partition = null)
    {
        await using ContentWriter writer = Store.NewContent(partition);
        foreach (byte[] piece in Encoding.Latin1.GetBytes(text).Chunk(40_000))
            await writer.WriteAsync(piece, CancellationToken.None);
        return await writer.CompleteAsync(CancellationToken.None) ?? throw new IOException("no content");
    }

    /// <summary>Commits a message with that plan.</summary>
    public async Task<CommitResult> CommitAsync(string text, DeliveryPlan plan, AcceptanceId? id = null, string? partition = null)
    {
        var acceptance = new Acceptance(id ?? AcceptanceId.Next(Clock), await ContentAsync(text, partition), () => plan) { Received = Clock.GetUtcNow() };
        return await Store.CommitAsync(acceptance, CancellationToken.None);
    }

    public Task<CommitResult> DeliverAsync(string text, params EntryId[] accounts) =>
        CommitAsync(text, new() { Local = [.. accounts.Select(static account => Samples.Delivery(account))] });

    public async Task<Mailbox> InboxAsync(EntryId account) => (await Mailboxes.FindAsync(account, "INBOX", CancellationToken.None))!;

    public async Task<MailboxView> ViewAsync(EntryId account, string name = "INBOX")
    {
        Mailbox mailbox = await Mailboxes.FindAsync(account, name, CancellationToken.None) ?? throw new InvalidOperationException($"no {name}");
        return (await Mailboxes.OpenAsync(mailbox.Id, CancellationToken.None))!;
    }

    public async Task<string> TextAsync(RenditionId rendition) => await TextAsync(await Mailboxes.ReadAsync(rendition, CancellationToken.None));

    public static async Task<string> TextAsync(MessageContent content, int piece = 10_000)
    {
        var octets = new MemoryStream();
        byte[] buffer = new byte[piece];
        for (int read; (read = await content.ReadAsync(octets.Length, buffer, CancellationToken.None)) > 0;)
            octets.Write(buffer, 0, read);
        Assert.Equal(content.Octets, octets.Length);
        return Encoding.Latin1.GetString(octets.ToArray());
    }
}

using System.Collections.Immutable;
using System.Globalization;
using DirMail.Servers.Imap;
using DirMail.Store;
using DirMail.Unit.Servers.Pop3;

namespace DirMail.Unit.Servers.Imap.Model;

/// <summary>
/// One case: the mailboxes of the model, three clients, and what each operation must do to both. After every operation the store is compared with the model; what a client is told
/// is compared where it may expect all of it (NOOP, IDLE, SELECT, answers to its own commands).
/// </summary>
internal sealed class ModelRun : IAsyncDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly string[] s_enable = ["", "CONDSTORE IMAP4rev2", "QRESYNC"];

    private readonly ImapServer _server;
    private int _messages;

    private ModelRun(Pop3Host host, ImapServer server) => (Host, _server) = (host, server);

    public Pop3Host Host { get; }

    public ModelClient[] Clients { get; } = new ModelClient[s_enable.Length];

    public SortedDictionary<string, ModelBox> Boxes { get; } = new(StringComparer.Ordinal);

    /// <summary>What a client knew of a mailbox when it left it.</summary>
    public (ModelBox Box, long ModSeq, HashSet<uint> Uids)?[] Left { get; } = new (ModelBox, long, HashSet<uint>)?[s_enable.Length];

    public uint LastUidValidity { get; set; }

    /// <summary>INBOX alone, empty, and three clients without a mailbox.</summary>
    public static async Task<ModelRun> StartAsync(Pop3Host host, ImapServer server)
    {
        var run = new ModelRun(host, server);
        Mailboxes mailboxes = host.Store.Mailboxes;
        foreach (Mailbox mailbox in (await mailboxes.ListAsync(Pop3Host.Alice, None)).Skip(1))
        {
            run.LastUidValidity = Math.Max(run.LastUidValidity, mailbox.UidValidity);
            await mailboxes.DeleteAsync(Pop3Host.Alice, mailbox.Name, None);
        }
        MailboxView view = await host.Store.ViewAsync(Pop3Host.Alice);
        await mailboxes.RemoveAsync(view.Mailbox.Id, [.. view.Entries.Select(static entry => entry.Uid)], None);
        MailboxStatus status = (await host.Store.ViewAsync(Pop3Host.Alice)).Status;
        ModelBox inbox = run.Boxes["INBOX"] = new("INBOX", status.UidValidity) { UidNext = status.UidNext.Value };
        inbox.GoOnFrom(status, static _ => true);
        for (int i = 0; i < s_enable.Length; i++)
            run.Clients[i] = await ModelClient.LogInAsync(server, s_enable[i]);
        return run;
    }

    public async Task DoAsync(Operation operation)
    {
        for (int i = 0; i < Clients.Length; i++)
            await ReturnAsync(i);
        ModelClient client = Clients[operation.Session];
        if (client.Box is null && Needs(operation.Kind) || client.View.Count == 0 && Needs(operation.Kind))
            operation = operation with { Kind = client.Box is null ? OperationKind.Select : OperationKind.Append };
        await RunAsync(client, operation);
        await CompareAsync();
    }

    public ModelBox Box(int number) => Boxes.Values.ElementAt(number % Boxes.Count);

    public string NextSubject() => string.Create(CultureInfo.InvariantCulture, $"m{Interlocked.Increment(ref _messages)}");

    public static string Message(string subject) => $"From: a@remote.test\r\nSubject: {subject}\r\n\r\nbody\r\n";

    public static ImmutableSortedSet<string> FlagsOf(MailboxEntry entry) =>
        ModelBox.Flags([.. Enum.GetValues<SystemFlags>().Where(flag => flag != SystemFlags.None && entry.Flags.System.HasFlag(flag)).Select(static flag => $"\\{flag}"), .. entry.Flags.Keywords]);

    public async ValueTask DisposeAsync()
    {
        foreach (ModelClient client in Clients)
            await client.DisposeAsync();
    }

    private static bool Needs(OperationKind kind) => kind is OperationKind.Store or OperationKind.StoreIfUnchanged or OperationKind.Expunge or OperationKind.UidExpunge
        or OperationKind.Copy or OperationKind.Move or OperationKind.Read or OperationKind.Search or OperationKind.ChangedSince or OperationKind.Idle;

    private Task RunAsync(ModelClient client, Operation o) => o.Kind switch
    {
        OperationKind.Append => MessageOperations.AppendAsync(this, client, o),
        OperationKind.Deliver => MessageOperations.DeliverAsync(this),
        OperationKind.Store => MessageOperations.StoreAsync(this, client, o),
        OperationKind.StoreIfUnchanged => MessageOperations.StoreIfUnchangedAsync(this, client, o),
        OperationKind.Expunge => MessageOperations.ExpungeAsync(this, client, null),
        OperationKind.UidExpunge => MessageOperations.ExpungeAsync(this, client, o),
        OperationKind.Copy => MessageOperations.CopyAsync(this, client, o, isMove: false),
        OperationKind.Move => MessageOperations.CopyAsync(this, client, o, isMove: true),
        OperationKind.Read => MessageOperations.ReadAsync(this, client, o),
        OperationKind.Search => MessageOperations.SearchAsync(this, client, o),
        OperationKind.Noop => MessageOperations.SyncAsync(this, client),
        OperationKind.Select => MailboxOperations.SelectAsync(this, client, o, isReadOnly: false),
        OperationKind.Examine => MailboxOperations.SelectAsync(this, client, o, isReadOnly: true),
        OperationKind.Resync => SyncOperations.ResyncAsync(this, client, o),
        OperationKind.ChangedSince => SyncOperations.ChangedSinceAsync(this, client, o),
        OperationKind.Idle => SyncOperations.IdleAsync(this, client, o),
        OperationKind.Status => MailboxOperations.StatusAsync(this, client, o),
        OperationKind.Create => MailboxOperations.CreateAsync(this, client, o),
        OperationKind.Delete => MailboxOperations.DeleteAsync(this, client, o),
        OperationKind.Rename => MailboxOperations.RenameAsync(this, client, o),
        OperationKind.Pop3 => PopOperations.RunAsync(this, o),
        _ => new TogetherRound(this, o.First + (1000 * o.Second)).RunAsync(),
    };

    /// <summary>A client whose mailbox another one deleted is told so, and comes again.</summary>
    private async Task ReturnAsync(int number)
    {
        if (Clients[number].Box is not { IsGone: true })
            return;
        await Clients[number].ByeAsync();
        await Clients[number].DisposeAsync();
        Clients[number] = await ModelClient.LogInAsync(_server, s_enable[number]);
    }

    /// <summary>The store is as the model says; what the model does not know yet, new MODSEQs, it takes from there.</summary>
    private async Task CompareAsync()
    {
        IReadOnlyList<Mailbox> there = await Host.Store.Mailboxes.ListAsync(Pop3Host.Alice, None);
        Assert.Equal(Boxes.Values.Select(static box => $"{box.Name} {box.UidValidity}"), there.Select(static mailbox => $"{mailbox.Name} {mailbox.UidValidity}").Order(StringComparer.Ordinal));
        foreach (ModelBox box in Boxes.Values)
        {
            MailboxView view = await Host.Store.ViewAsync(Pop3Host.Alice, box.Name);
            Assert.Equal(box.UidNext, view.Status.UidNext.Value);
            Assert.Equal(box.Messages.Select(static pair => $"{pair.Key} {string.Join(' ', pair.Value.Flags)}"), view.Entries.Select(static entry => $"{entry.Uid} {string.Join(' ', FlagsOf(entry))}"));
            box.TakeModSeqs(view);
        }
    }
}

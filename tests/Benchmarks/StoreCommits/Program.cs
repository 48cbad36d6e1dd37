using System.Diagnostics;
using System.Globalization;
using System.Text;
using DirMail.Mail;
using DirMail.Store;
using Microsoft.Extensions.Logging.Abstractions;

// Commits of whole messages into 200 mailboxes: dotnet run -c Release [FOLDER] [OCTETS] [SECONDS] [unindexed]
string folder = args.Length > 0 ? args[0] : Path.Combine(Path.GetTempPath(), "dirmail-store-commits");
int octets = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 10 * 1024;
int seconds = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 5;
bool indexes = !args.Contains("unindexed");
byte[] message = Message(octets);
EntryId[] accounts = [.. Enumerable.Range(0, 200).Select(_ => new EntryId(Guid.NewGuid()))];

foreach (int committers in (int[])[1, 16, 32])
{
    if (Directory.Exists(folder))
        Directory.Delete(folder, recursive: true);
    await using MessageStore store = await MessageStore.OpenAsync(new() { Folder = folder, Indexes = indexes }, TimeProvider.System, NullLogger.Instance, CancellationToken.None);
    var watch = Stopwatch.StartNew();
    TimeSpan processor = Process.GetCurrentProcess().TotalProcessorTime;
    int[] counts = await Task.WhenAll(Enumerable.Range(0, committers).Select(i => Task.Run(() => CommitAsync(store, i, watch))));
    double rate = counts.Sum() / watch.Elapsed.TotalSeconds;
    double cores = (Process.GetCurrentProcess().TotalProcessorTime - processor) / watch.Elapsed;
    long log = new FileInfo(Path.Combine(folder, "store.db-wal")).Length >> 20;
    Console.WriteLine($"{committers,3} committers: {rate,8:F0} messages of {octets} octets a second, {cores:F2} cores, log {log} MiB, processor time a message: {Threads(counts.Sum())}");
}
Directory.Delete(folder, recursive: true);

async Task<int> CommitAsync(MessageStore store, int first, Stopwatch watch)
{
    int count = 0;
    byte[] prefix = Encoding.ASCII.GetBytes("Return-Path: <a@example.test>\r\nReceived: from client (client [127.0.0.1]) by host with ESMTP id 0123456789abc; Thu, 1 Jan 2026 00:00:00 +0000\r\n");
    for (int i = first; watch.Elapsed.TotalSeconds < seconds; i++, count++)
    {
        await using ContentWriter writer = store.NewContent();
        await writer.WriteAsync(message, CancellationToken.None);
        Content content = await writer.CompleteAsync(CancellationToken.None) ?? throw new IOException("no content");
        MailAddress address = MailAddress.Parse("user@example.test");
        var delivery = new LocalDelivery(accounts[i % accounts.Length], [Place.Inbox], prefix, Quota.None) { Given = address, Final = address };
        var acceptance = new Acceptance(AcceptanceId.Next(TimeProvider.System), content, () => new DeliveryPlan { Local = [delivery] }) { Received = DateTimeOffset.UtcNow };
        if (await store.CommitAsync(acceptance, CancellationToken.None) is not CommitResult.Stored { Local: 1 })
            throw new IOException("not stored");
    }
    return count;
}

static string Threads(int messages) => string.Join(", ", Directory.EnumerateDirectories("/proc/self/task")
    .Select(static task => (Name: File.ReadAllText(task + "/comm").Trim(), Fields: File.ReadAllText(task + "/stat").Split(") ")[1].Split(' ')))
    .GroupBy(static thread => thread.Name, static thread => long.Parse(thread.Fields[11], CultureInfo.InvariantCulture) + long.Parse(thread.Fields[12], CultureInfo.InvariantCulture))
    .Where(static ticks => ticks.Sum() > 0).Select(ticks => $"{ticks.Key} {ticks.Sum() * 10_000.0 / messages:F1} us"));

static byte[] Message(int octets)
{
    var text = new StringBuilder("From: a@example.test\r\nTo: user@example.test\r\nSubject: benchmark\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\nMessage-ID: <1@example.test>\r\n\r\n");
    while (text.Length < octets)
        text.Append("The quick brown fox jumps over the lazy dog, again and again and again.\r\n");
    return Encoding.ASCII.GetBytes(text.ToString(0, octets));
}

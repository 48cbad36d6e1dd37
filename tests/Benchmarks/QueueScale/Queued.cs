using System.Globalization;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Routing.Table;
using DirMail.Store;
using DirMail.Transfer;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Benchmarks;

/// <summary>A directory of a thousand domains, and a store whose queue is full.</summary>
internal static class Queued
{
    public const string SlowDestination = "slow.test";
    private const int Committers = 64;

    private static readonly byte[] Message = "From: a@customer.example\r\nSubject: benchmark\r\n\r\nText.\r\n"u8.ToArray();

    public static LiveTable Directory(int domains)
    {
        var live = new LiveTable(new() { Urls = ["ldap://127.0.0.1:1"], HostDomain = "host.test", HostName = SyntheticDirectory.MailHost, MailHosts = [SyntheticDirectory.MailHost] }, TimeProvider.System);
        var builder = new TableBuilder(live.Current);
        builder.BeginRefresh(isFull: true);
        for (int domain = 0; domain < domains; domain++)
        {
            SyntheticEntry node = SyntheticDirectory.Node(domain, "active");
            builder.Upsert(node.Id, node.ToLdap());
        }
        builder.EndRefresh(removeUnseen: true);
        live.Publish(builder.Build(DateTimeOffset.UtcNow));
        return live;
    }

    public static Task<MessageStore> OpenAsync(string folder) => MessageStore.OpenAsync(new() { Folder = folder }, TimeProvider.System, NullLogger.Instance, CancellationToken.None);

    public static TransferServices Services(MessageStore store, LiveTable live) =>
        new() { Store = store, Live = live, Settings = new(), Trail = new(NullLogger.Instance), Logger = NullLogger.Instance };

    public static async Task FillAsync(string folder, int recipients, int domains, int recipientsEach)
    {
        if (System.IO.Directory.Exists(folder))
            System.IO.Directory.Delete(folder, recursive: true);
        await using MessageStore store = await OpenAsync(folder);
        int messages = recipients / recipientsEach;
        var progress = new Progress("messages", messages);
        for (int done = 0; done < messages; done += Committers)
        {
            int group = Math.Min(Committers, messages - done);
            await Task.WhenAll(Enumerable.Range(done, group).Select(i => CommitAsync(store, Row(i, i % domains, recipientsEach))));
            progress.Advance(group);
        }
        progress.End();
    }

    public static async Task CommitAsync(MessageStore store, QueuedMessage row)
    {
        await using ContentWriter writer = store.NewContent();
        await writer.WriteAsync(Message, CancellationToken.None);
        Content content = await writer.CompleteAsync(CancellationToken.None) ?? throw new IOException("no content");
        var acceptance = new Acceptance(AcceptanceId.Next(TimeProvider.System), content, () => new DeliveryPlan { Queued = [row] }) { Received = DateTimeOffset.UtcNow };
        if (await store.CommitAsync(acceptance, CancellationToken.None) is not CommitResult.Stored)
            throw new IOException("not stored");
    }

    public static QueuedMessage Row(int number, int domain, int recipients, string? destination = null)
    {
        string to = destination ?? (recipients == 1 ? SlowDestination : string.Create(CultureInfo.InvariantCulture, $"d{number % 97}.test"));
        EntryId owner = SyntheticDirectory.DomainId(domain);
        return new()
        {
            Domain = owner,
            Channel = "smtp",
            Destination = to,
            Identity = new(owner, "mail." + SyntheticDirectory.DomainName(domain), null, null),
            Sender = MailAddress.Parse("ann@" + SyntheticDirectory.DomainName(domain)),
            Prefix = "Received: from client by host with ESMTPSA id 0123456789abc; Thu, 1 Jan 2026 00:00:00 +0000\r\n"u8.ToArray(),
            NextAttempt = DateTimeOffset.UtcNow,
            Expires = DateTimeOffset.UtcNow + TimeSpan.FromDays(5),
            Recipients = [.. Enumerable.Range(0, recipients).Select(i => MailAddress.Parse($"u{number}x{i}@{to}")).Select(a => new QueuedRecipient(a, a, Notify.Default, null))],
        };
    }
}

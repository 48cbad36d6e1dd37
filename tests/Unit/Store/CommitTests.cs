using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Unit.Store;

public sealed class CommitTests
{
    [Fact]
    public async Task One_message_to_many_is_stored_once()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId[] accounts = [Samples.NewAccount(), Samples.NewAccount(), Samples.NewAccount()];
        string text = Samples.Message();
        var plan = new DeliveryPlan { Local = [.. accounts.Select(static account => Samples.Delivery(account))], Queued = [Samples.Queued(test.Clock, "x@xyz.test")] };
        Assert.Equivalent(new CommitResult.Stored(3, 1, []), await test.CommitAsync(text, plan));

        StoreStatistics statistics = await test.Store.StatisticsAsync(CancellationToken.None);
        Assert.Equal((1, 3, 1, text.Length), (statistics.Contents, statistics.Entries, statistics.QueueRecipients, statistics.StoredOctets));
        foreach (EntryId account in accounts)
        {
            MailboxView view = await test.ViewAsync(account);
            MailboxEntry entry = Assert.Single(view.Entries);
            Assert.Equal("Return-Path: <a@example.test>\r\n" + text, await test.TextAsync(entry.Rendition));
            Assert.Equal(entry.Octets, text.Length + 31);
            Assert.Equal(test.Clock.GetUtcNow(), entry.InternalDate);
            Assert.Equal(new MailboxStatus(view.Mailbox.UidValidity, new(2), entry.ModSeq, 1, 1, 0, entry.Octets), view.Status);
        }
    }

    [Fact]
    public async Task Deliveries_to_the_same_folder_become_one_entry()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        await test.CommitAsync(Samples.Message(), new() { Local = [Samples.Delivery(account), Samples.Delivery(account, folder: "inbox"), Samples.Delivery(account, folder: "Lists/x")] });
        Assert.Single((await test.ViewAsync(account)).Entries);
        Assert.Single((await test.ViewAsync(account, "Lists/x")).Entries);
        Assert.Equal(["INBOX", "Lists", "Lists/x"], (await test.Mailboxes.ListAsync(account, CancellationToken.None)).Select(static mailbox => mailbox.Name));
    }

    [Fact]
    public async Task An_acceptance_reaches_a_mailbox_once_however_often_it_is_committed()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId first = Samples.NewAccount(), second = Samples.NewAccount();
        AcceptanceId id = AcceptanceId.Next(test.Clock);
        await test.CommitAsync(Samples.Message(), new() { Local = [Samples.Delivery(first)] }, id);
        await test.CommitAsync(Samples.Message(), new() { Local = [Samples.Delivery(first), Samples.Delivery(second)] }, id);
        Assert.Single((await test.ViewAsync(first)).Entries);
        Assert.Single((await test.ViewAsync(second)).Entries);
    }

    [Fact]
    public async Task A_refusing_plan_stores_nothing()
    {
        await using TestStore test = await TestStore.OpenAsync();
        CommitResult result = await test.CommitAsync(Samples.Message(octets: 100_000), new() { Refusal = Responses.Inactive, Local = [Samples.Delivery(Samples.NewAccount())] });
        Assert.Equal(new CommitResult.Refused(Responses.Inactive), result);
        Assert.Equal(0, (await test.Store.StatisticsAsync(CancellationToken.None)).Contents);
        Assert.Empty(Directory.GetFiles(Path.Combine(test.Settings.Folder, "content"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_plan_that_throws_fails_alone()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        var broken = new Acceptance(AcceptanceId.Next(test.Clock), await test.ContentAsync(Samples.Message()), () => throw new InvalidOperationException("bug")) { Received = test.Clock.GetUtcNow() };
        Task<CommitResult> failing = test.Store.CommitAsync(broken, CancellationToken.None);
        Task<CommitResult> sound = test.DeliverAsync(Samples.Message(), account);
        await Assert.ThrowsAsync<InvalidOperationException>(() => failing);
        Assert.IsType<CommitResult.Stored>(await sound);
        Assert.True(test.Store.IsHealthy);
    }

    [Fact]
    public async Task Quotas_are_exact_under_concurrent_delivery()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        var quota = new Quota(null, 7);
        CommitResult[] results = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Task.Run(() =>
            test.CommitAsync(Samples.Message(), new() { Local = [Samples.Delivery(account, quota: quota)] }))));
        Assert.Equal(7, results.Count(static result => result is CommitResult.Stored));
        Assert.All(results.OfType<CommitResult.Refused>(), static refused => Assert.Equal(Responses.Overquota, refused.Reply));
        Assert.Equal(7, (await test.ViewAsync(account)).Entries.Count);
    }

    [Fact]
    public async Task Over_quota_in_octets_is_named_or_waits_and_others_get_theirs()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId full = Samples.NewAccount(), waiting = Samples.NewAccount(), free = Samples.NewAccount();
        var quota = new Quota(50, null);
        var plan = new DeliveryPlan
        {
            Local = [Samples.Delivery(full, quota: quota), Samples.Delivery(waiting, quota: quota, whenFull: Samples.Queued(test.Clock, "b@example.test")), Samples.Delivery(free)],
        };
        CommitResult.Stored stored = Assert.IsType<CommitResult.Stored>(await test.CommitAsync(Samples.Message(), plan));
        Assert.Equal((1, 1, 1), (stored.Local, stored.Queued, stored.OverQuota.Count));
        Assert.Empty((await test.ViewAsync(full)).Entries);
        Assert.Single((await test.ViewAsync(free)).Entries);
    }

    [Fact]
    public async Task A_domains_quota_is_exact_over_all_its_accounts_and_doors()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId[] accounts = [Samples.NewAccount(), Samples.NewAccount(), Samples.NewAccount()];
        Quota quota = default(Quota) with { Shared = new(Samples.Domain, null, 10) };
        Mailbox inbox = await test.InboxAsync(accounts[0]);
        await test.Mailboxes.AppendAsync(inbox.Id, await test.ContentAsync(Samples.Message()), MessageFlags.None, test.Clock.GetUtcNow(), quota, CancellationToken.None);
        Task<int>[] mails = [.. Enumerable.Range(0, 40).Select(i => Task.Run(async () =>
            await test.CommitAsync(Samples.Message(), new() { Local = [Samples.Delivery(accounts[i % 3], quota: quota)] }) is CommitResult.Stored ? 1 : 0))];
        Task<int>[] copies = [.. Enumerable.Range(0, 10).Select(_ => Task.Run(async () =>
            await test.Mailboxes.CopyAsync(inbox.Id, [new(1)], inbox.Id, quota, CancellationToken.None) is CopyResult.Copied ? 1 : 0))];
        Assert.Equal(9, (await Task.WhenAll([.. mails, .. copies])).Sum());
        Assert.Equal(10, await MessagesAsync(test, accounts));
        Assert.IsType<AppendResult.OverQuota>(await test.Mailboxes.AppendAsync(inbox.Id, await test.ContentAsync(Samples.Message()), MessageFlags.None, test.Clock.GetUtcNow(), quota, CancellationToken.None));
        Assert.False(await test.Store.Accounts.HasRoomAsync(accounts[2], quota, 0, CancellationToken.None));

        await test.Mailboxes.RemoveAsync(inbox.Id, [new(1)], CancellationToken.None);
        Assert.True(await test.Store.Accounts.HasRoomAsync(Samples.NewAccount(), quota, 0, CancellationToken.None));
    }

    [Fact]
    public async Task Who_moves_to_another_domain_takes_along_what_is_kept()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId moving = Samples.NewAccount(), other = new(Guid.NewGuid());
        Quota here = default(Quota) with { Shared = new(Samples.Domain, 1000, null) }, there = default(Quota) with { Shared = new(other, 1000, null) };
        await test.CommitAsync(Samples.Message(octets: 700), new() { Local = [Samples.Delivery(moving, quota: here)] });
        Assert.False(await test.Store.Accounts.HasRoomAsync(Samples.NewAccount(), here, 300, CancellationToken.None));
        await test.Store.Accounts.RenameAsync([new(moving, new("m@other.test"), other)], CancellationToken.None);
        Assert.True(await test.Store.Accounts.HasRoomAsync(Samples.NewAccount(), here, 1000, CancellationToken.None));
        Assert.False(await test.Store.Accounts.HasRoomAsync(Samples.NewAccount(), there, 300, CancellationToken.None));
        Assert.IsType<CommitResult.Stored>(await test.CommitAsync(Samples.Message(), new() { Local = [Samples.Delivery(moving, quota: here)] }));
        Assert.True(await test.Store.Accounts.HasRoomAsync(Samples.NewAccount(), there, 1000, CancellationToken.None));
    }

    [Fact]
    public async Task When_all_are_full_nothing_is_kept_where_the_plan_says_so()
    {
        await using TestStore test = await TestStore.OpenAsync();
        LocalDelivery full = Samples.Delivery(Samples.NewAccount(), quota: new(0, null), whenFull: Samples.Queued(test.Clock, "b@example.test"));
        Assert.Equal(new CommitResult.Refused(Responses.Overquota), await test.CommitAsync(Samples.Message(), new() { Local = [full], RefusesWhenAllFull = true }));
        Assert.Equal(0, (await test.Store.StatisticsAsync(CancellationToken.None)).Contents);
        Assert.Equivalent(new CommitResult.Stored(1, 1, []), await test.CommitAsync(Samples.Message(), new() { Local = [full, Samples.Delivery(Samples.NewAccount())], RefusesWhenAllFull = true }));
    }

    private static async Task<int> MessagesAsync(TestStore test, EntryId[] accounts)
    {
        int messages = 0;
        foreach (EntryId account in accounts)
            messages += (await test.ViewAsync(account)).Entries.Count;
        return messages;
    }

    [Fact]
    public async Task A_cancelled_commit_stores_nothing()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        var acceptance = new Acceptance(AcceptanceId.Next(test.Clock), await test.ContentAsync(Samples.Message(octets: 100_000)), () => new() { Local = [Samples.Delivery(account)] })
        {
            Received = test.Clock.GetUtcNow(),
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => test.Store.CommitAsync(acceptance, new CancellationToken(canceled: true)));
        Assert.Empty((await test.ViewAsync(account)).Entries);
    }

    [Fact]
    public async Task Everything_is_there_after_reopening()
    {
        await using TestStore test = await TestStore.OpenAsync();
        EntryId account = Samples.NewAccount();
        string small = Samples.Message("small"), large = Samples.Message("large", 300_000);
        await test.DeliverAsync(small, account);
        await test.DeliverAsync(large, account);
        MailboxView before = await test.ViewAsync(account);
        await test.ReopenAsync();
        MailboxView after = await test.ViewAsync(account);
        Assert.Equal(before.Status, after.Status);
        Assert.EndsWith(small, await test.TextAsync(after.Entries[0].Rendition), StringComparison.Ordinal);
        Assert.EndsWith(large, await test.TextAsync(after.Entries[1].Rendition), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_waited_for_the_store_never_goes_on_on_the_thread_that_writes()
    {
        await using TestStore test = await TestStore.OpenAsync();
        using var go = new ManualResetEventSlim();
        using var cancelled = new CancellationTokenSource();
        Thread? writer = null;
        Task<Thread> first = await WentOnAsync(() => { writer = Thread.CurrentThread; Assert.True(go.Wait(TimeSpan.FromSeconds(10))); return new(); }, default);
        Task<Thread>[] others =
        [
            await WentOnAsync(static () => new(), default),
            await WentOnAsync(static () => throw new InvalidOperationException("a bug in a plan"), default),
            await WentOnAsync(static () => new(), cancelled.Token),
        ];
        await cancelled.CancelAsync();
        go.Set();
        Thread[] threads = await Task.WhenAll([first, .. others]);
        Assert.NotNull(writer);
        Assert.All(threads, thread => Assert.NotSame(writer, thread));

        async Task<Task<Thread>> WentOnAsync(Func<DeliveryPlan> plan, CancellationToken cancellationToken)
        {
            var acceptance = new Acceptance(AcceptanceId.Next(test.Clock), await test.ContentAsync(Samples.Message()), plan) { Received = test.Clock.GetUtcNow() };
            return test.Store.CommitAsync(acceptance, cancellationToken)
                .ContinueWith(static _ => Thread.CurrentThread, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }
}

using System.Text;
using DirMail.Demo;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Net.Pop3;
using MailKit.Net.Smtp;
using MailKit.Search;
using MailKit.Security;
using MimeKit;
using Xunit;

namespace DirMail.Interop;

/// <summary>MailKit, a complete and strict client, speaks the three protocols with the server.</summary>
public sealed class MailKitTests(RunningServer server) : IClassFixture<RunningServer>, IAsyncLifetime
{
    [Fact]
    public async Task Smtp_hands_over_and_imap_reads_every_part()
    {
        MimeMessage sent = Letter(DemoUser.Bob, DemoUser.Alice);
        await SendAsync(DemoUser.Bob, sent);
        using ImapClient client = await ImapAsync(DemoUser.Alice);
        IMailFolder inbox = client.Inbox!;
        await inbox.OpenAsync(FolderAccess.ReadWrite);
        IMessageSummary summary = (await inbox.FetchAsync(0, -1, MessageSummaryItems.Envelope | MessageSummaryItems.BodyStructure | MessageSummaryItems.UniqueId | MessageSummaryItems.Size)).Last();

        Assert.Equal(sent.Subject, summary.Envelope!.Subject);
        Assert.Equal(sent.From.ToString(), summary.Envelope.From.ToString());
        Assert.Equal(sent.MessageId, summary.Envelope.MessageId);
        var text = (TextPart)await inbox.GetBodyPartAsync(summary.UniqueId, summary.TextBody!);
        Assert.Equal("Grüße\n", text.Text.ReplaceLineEndings("\n"));
        BodyPartBasic attachment = Assert.Single(summary.Attachments);
        Assert.Equal("bytes.bin", attachment.FileName);
        var part = (MimePart)await inbox.GetBodyPartAsync(summary.UniqueId, attachment);
        using var octets = new MemoryStream();
        await part.Content!.DecodeToAsync(octets);
        Assert.Equal(Octets, octets.ToArray());
        MimeMessage whole = await inbox.GetMessageAsync(summary.UniqueId);
        Assert.Equal(sent.Subject, whole.Subject);
        await client.DisconnectAsync(quit: true);
    }

    [Fact]
    public async Task Imap_keeps_flags_moves_and_searches()
    {
        using ImapClient client = await ImapAsync(DemoUser.Carol);
        IMailFolder folder = (await client.GetFolder(client.PersonalNamespaces[0]).CreateAsync("Größe & Maß", isMessageFolder: true))!;
        UniqueId first = (await folder.AppendAsync(Letter(DemoUser.Bob, DemoUser.Carol), MessageFlags.Seen))!.Value;
        UniqueId second = (await folder.AppendAsync(Letter(DemoUser.Alice, DemoUser.Carol)))!.Value;
        await folder.OpenAsync(FolderAccess.ReadWrite);
        await folder.AddFlagsAsync(second, MessageFlags.Flagged, silent: false);
        Assert.Equal([first], await folder.SearchAsync(SearchQuery.FromContains("bob").And(SearchQuery.Seen)));
        Assert.Equal([second], await folder.SearchAsync(SearchQuery.Flagged.And(SearchQuery.BodyContains("Grüße"))));
        Assert.Equal([first, second], await folder.SearchAsync(SearchQuery.SubjectContains("hör")));

        IMailFolder other = (await client.GetFolder(client.PersonalNamespaces[0]).CreateAsync("Other", isMessageFolder: true))!;
        UniqueId moved = (await folder.MoveToAsync(second, other))!.Value;
        Assert.Equal([first], await folder.SearchAsync(SearchQuery.All));
        await folder.AddFlagsAsync(first, MessageFlags.Deleted, silent: true);
        await folder.ExpungeAsync([first]);
        Assert.Equal(0, folder.Count);
        await other.OpenAsync(FolderAccess.ReadOnly);
        Assert.True((await other.FetchAsync([moved], MessageSummaryItems.Flags))[0].Flags!.Value.HasFlag(MessageFlags.Flagged));
        await folder.DeleteAsync();
        await client.DisconnectAsync(quit: true);
    }

    [Fact]
    public async Task Imap_idle_hears_of_a_delivery()
    {
        using ImapClient client = await ImapAsync(DemoUser.BcdAdministrator);
        IMailFolder inbox = client.Inbox!;
        await inbox.OpenAsync(FolderAccess.ReadOnly);
        int before = inbox.Count;
        using var done = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        inbox.CountChanged += (_, _) => done.Cancel();
        Task idle = client.IdleAsync(done.Token);
        Assert.StartsWith("250", await RemoteServer.DeliverAsync(server.Smtp, DemoUser.BcdAdministrator.Address, "Subject: ring\n\nring\n"), StringComparison.Ordinal);
        await idle;
        Assert.Equal(before + 1, inbox.Count);
        await client.DisconnectAsync(quit: true);
    }

    [Fact]
    public async Task Pop3_reads_headers_messages_and_deletes()
    {
        await SendAsync(DemoUser.Bob, Letter(DemoUser.Bob, DemoUser.HostUser));
        using var client = new Pop3Client { ServerCertificateValidationCallback = (_, _, _, _) => true };
        await client.ConnectAsync("127.0.0.1", server.Pop3, SecureSocketOptions.StartTls);
        await client.AuthenticateAsync(DemoUser.HostUser.Address, DemoUser.HostUser.Password);
        Assert.Equal(1, client.Count);
        Assert.NotEmpty((await client.GetMessageUidsAsync())[0]);
        Assert.Equal("hör zu", (await client.GetMessageHeadersAsync(0))[HeaderId.Subject]);
        Assert.Equal("Grüße\n", (await client.GetMessageAsync(0)).TextBody!.ReplaceLineEndings("\n"));
        await client.DeleteMessageAsync(0);
        await client.DisconnectAsync(quit: true);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => server.CheckAsync();

    private static byte[] Octets { get; } = [.. Enumerable.Range(0, 3000).Select(i => (byte)(i * 7))];

    private static MimeMessage Letter(DemoUser from, DemoUser to)
    {
        var message = new MimeMessage();
        message.From.Add(new MailboxAddress("Jürgen \"J\" Groß", from.Address));
        message.To.Add(new MailboxAddress("", to.Address));
        message.Subject = "hör zu";
        var body = new BodyBuilder { TextBody = "Grüße\n", HtmlBody = "<p>Gr&uuml;&szlig;e</p>" };
        body.Attachments.Add("bytes.bin", Octets, new ContentType("application", "octet-stream"));
        message.Body = body.ToMessageBody();
        return message;
    }

    private async Task SendAsync(DemoUser user, MimeMessage message)
    {
        using var client = new SmtpClient { ServerCertificateValidationCallback = (_, _, _, _) => true };
        await client.ConnectAsync("127.0.0.1", server.Submission, SecureSocketOptions.StartTls);
        await client.AuthenticateAsync(Encoding.UTF8, user.Address, user.Password);
        await client.SendAsync(message);
        await client.DisconnectAsync(quit: true);
    }

    private async Task<ImapClient> ImapAsync(DemoUser user)
    {
        var client = new ImapClient { ServerCertificateValidationCallback = (_, _, _, _) => true };
        await client.ConnectAsync("127.0.0.1", server.Imap, SecureSocketOptions.StartTls);
        await client.AuthenticateAsync(Encoding.UTF8, user.Address, user.Password);
        return client;
    }
}

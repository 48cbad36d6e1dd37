using System.Text;
using DirMail.Mail;
using DirMail.Servers.Smtp.Checks;
using DirMail.Store;
using DirMail.Unit.Store;

namespace DirMail.Unit.Servers.Smtp.Checks;

public class HeaderEditTests
{
    [Theory]
    [InlineData("Authentication-Results: mail.bcd.com; spf=pass\r\n", "")]
    [InlineData("AUTHENTICATION-RESULTS:\r\n mail.BCD.com 1;\r\n\tspf=pass\r\n", "")]
    [InlineData("Authentication-Results: (a) \"mail.bcd.com\"; none\r\n", "")]
    [InlineData("X: y\r\nauthentication-results: mail.bcd.com\r\nAuthentication-Results: mail.bcd.com; none\r\nSubject: s\r\n", "X: y\r\nSubject: s\r\n")]
    [InlineData("Authentication-Results: mx.elsewhere.test; spf=pass\r\n", "Authentication-Results: mx.elsewhere.test; spf=pass\r\n")]
    [InlineData("X-Authentication-Results: mail.bcd.com; spf=pass\r\n", "X-Authentication-Results: mail.bcd.com; spf=pass\r\n")]
    public async Task Results_that_claim_to_be_ours_are_taken_away(string header, string left)
    {
        await using TestStore store = await TestStore.OpenAsync();
        foreach (string body in (string[])["Hello\r\n", new string('x', 200_000) + "\r\n"])
        {
            Content content = await store.ContentAsync($"{header}From: a@b.test\r\n\r\n{body}");
            await using Content edited = (await HeaderEdit.ApplyAsync(store.Store, content, HeaderEdit.OfForgedResults(content.Header, "mail.bcd.com"), CancellationToken.None))!;
            Assert.Equal($"{left}From: a@b.test\r\n\r\n{body}", await TextAsync(edited));
        }
    }

    [Fact]
    public async Task Fields_are_changed_removed_and_added()
    {
        await using TestStore store = await TestStore.OpenAsync();
        Content content = await store.ContentAsync("Subject: one\r\nX: 1\r\nX: 2\r\nTo: b@b.test\r\n\r\nHello\r\n");
        (IReadOnlyList<HeaderEdit> edits, string added) = HeaderEdit.OfChanges(HeaderBlock.Parse(content.Header.Span), [new("subject", 1, "[junk] one"), new("X", 2, ""), new("X", 9, "new"), new("Y", 1, "")]);
        Assert.Equal("X: new\r\n", added);
        await using Content edited = (await HeaderEdit.ApplyAsync(store.Store, content, edits, CancellationToken.None))!;
        Assert.Equal("subject: [junk] one\r\nX: 1\r\nTo: b@b.test\r\n\r\nHello\r\n", await TextAsync(edited));
    }

    private static async Task<string> TextAsync(Content content)
    {
        var octets = new byte[content.Octets];
        int read, at = 0;
        while ((read = await content.ReadAsync(at, octets.AsMemory(at), CancellationToken.None)) > 0)
            at += read;
        return Encoding.ASCII.GetString(octets);
    }
}

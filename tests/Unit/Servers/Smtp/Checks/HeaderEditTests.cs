using System.Text;
using DirMail.Mail;
using DirMail.Servers.Smtp.Checks;
using DirMail.Store;
using DirMail.Unit.Store;

namespace DirMail.Unit.Servers.Smtp.Checks;

public class HeaderEditTests
{
    [Fact]
    public async Task Fields_are_changed_removed_and_added()
    {
        await using TestStore store = await TestStore.OpenAsync();
        foreach (string body in (string[])["Hello\r\n", new string('x', 200_000) + "\r\n"])
            await ChangeAsync(store, body);
    }

    private static async Task ChangeAsync(TestStore store, string body)
    {
        Content content = await store.ContentAsync($"Subject: one\r\nX: 1\r\nX: 2\r\nTo: b@b.test\r\n\r\n{body}");
        (IReadOnlyList<HeaderEdit> edits, string added) = HeaderEdit.OfChanges(HeaderBlock.Parse(content.Header.Span), [new("subject", 1, "[junk] one"), new("X", 2, ""), new("X", 9, "new"), new("Y", 1, "")]);
        Assert.Equal("X: new\r\n", added);
        await using Content edited = (await HeaderEdit.ApplyAsync(content, edits, store.Store.NewContent(), CancellationToken.None))!;
        Assert.Equal($"subject: [junk] one\r\nX: 1\r\nTo: b@b.test\r\n\r\n{body}", await TextAsync(edited));
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

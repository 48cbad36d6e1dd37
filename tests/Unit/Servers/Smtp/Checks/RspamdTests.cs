using System.Text.Json;
using DirMail.Servers.Smtp.Checks;

namespace DirMail.Unit.Servers.Smtp.Checks;

/// <summary>What rspamd answers, and what becomes of it.</summary>
public class RspamdTests
{
    [Theory]
    [InlineData("""{"action":"no action","score":1}""", null, false, "")]
    [InlineData("""{"action":"reject"}""", "550 5.7.1 refused by a content filter", false, "")]
    [InlineData("""{"action":"reject","messages":{"smtp_message":"virus\r\nfound"}}""", "550 5.7.1 virus??found", false, "")]
    [InlineData("""{"action":"soft reject"}""", "451 4.7.1 not now, try again later", false, "")]
    [InlineData("""{"action":"greylist"}""", "451 4.7.1 not now, try again later", false, "")]
    [InlineData("""{"action":"add header","milter":{"add_headers":{"X-Spam":{"value":"Yes","order":1},"X-S":["a","b"],"Bad name":"x"}}}""", null, true, "X-Spam: Yes\r\nX-S: a\r\nX-S: b\r\n")]
    public void An_action_is_done(string json, string? reply, bool isSuspicious, string fields)
    {
        using JsonDocument answer = JsonDocument.Parse(json);
        FilterVerdict verdict = Rspamd.Read(answer.RootElement);
        Assert.Equal((reply, isSuspicious, fields), (verdict.Refusal?.ToString(), verdict.IsSuspicious, verdict.Fields));
    }

    [Fact]
    public void An_answer_without_an_action_is_none()
    {
        using JsonDocument answer = JsonDocument.Parse("{}");
        Assert.Throws<IOException>(() => Rspamd.Read(answer.RootElement));
    }
}

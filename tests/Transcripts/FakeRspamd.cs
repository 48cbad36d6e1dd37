using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DirMail.Transcripts;

/// <summary>An rspamd worker that says of each message what a transcript wants.</summary>
internal sealed class FakeRspamd : IAsyncDisposable
{
    private readonly WebApplication _web;

    private FakeRspamd(WebApplication web) => _web = web;

    public Uri Address => new(_web.Urls.First());

    /// <summary>An action: "reject", "soft reject", "add header", "no action"; then, behind ": ", a text for the client. "nothing": it fails.</summary>
    public string Answer { get; set; } = "no action";

    public static async Task<FakeRspamd> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var rspamd = new FakeRspamd(builder.Build());
        rspamd._web.MapPost("/checkv2", rspamd.CheckAsync);
        await rspamd._web.StartAsync();
        return rspamd;
    }

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    private async Task<IResult> CheckAsync(HttpRequest request)
    {
        await request.Body.CopyToAsync(Stream.Null);
        string[] parts = Answer.Split(": ", 2);
        return Answer == "nothing" ? Results.StatusCode(503)
            : parts is [var action, var said] ? Results.Json(new { action, messages = new { smtp_message = said } }) : Results.Json(new { action = Answer });
    }
}

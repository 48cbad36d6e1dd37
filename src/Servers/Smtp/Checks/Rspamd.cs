using System.Net;
using System.Text.Json;
using DirMail.Mail;

namespace DirMail.Servers.Smtp.Checks;

/// <summary>Asks an rspamd worker about a message over HTTP (`/checkv2`) and does what it says: reject, soft reject, greylist, add header, or nothing.</summary>
internal sealed class Rspamd(Uri worker)
{
    private const int MaxAnswerOctets = 1024 * 1024;
    private static readonly HttpClient Http = new(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(10) }) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MaxAnswerOctets };

    public override string ToString() => $"rspamd at {worker.Authority}";

    /// <exception cref="IOException">No answer, or none that can be read.</exception>
    public async Task<FilterVerdict> AskAsync(FilteredClient client, FilteredMessage message, CancellationToken cancellationToken)
    {
        try
        {
            using HttpRequestMessage request = Request(client, message);
            using HttpResponseMessage answer = await Http.SendAsync(request, cancellationToken);
            if (answer.StatusCode != HttpStatusCode.OK)
                throw new IOException($"it answers {(int)answer.StatusCode}");
            using JsonDocument json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
            return Read(json.RootElement);
        }
        catch (Exception fault) when (fault is HttpRequestException or JsonException or InvalidOperationException)
        {
            throw new IOException(fault.Message, fault);
        }
    }

    internal static FilterVerdict Read(JsonElement answer)
    {
        string action = answer.TryGetProperty("action", out JsonElement named) ? named.GetString() ?? "" : "";
        FilterVerdict verdict = FilterVerdict.Nothing;
        if (answer.TryGetProperty("milter", out JsonElement milter) && milter.TryGetProperty("add_headers", out JsonElement added) && added.ValueKind == JsonValueKind.Object)
            verdict = verdict with { Fields = string.Concat(added.EnumerateObject().SelectMany(static header => Values(header.Value).Select(value => FieldText.Of(header.Name, value)))) };
        string said = answer.TryGetProperty("messages", out JsonElement messages) && messages.ValueKind == JsonValueKind.Object && messages.TryGetProperty("smtp_message", out JsonElement text) ? text.GetString() ?? "" : "";
        return action switch
        {
            "reject" => verdict with { Refusal = Worded(Responses.FilterRefused, said) },
            "soft reject" or "greylist" => verdict with { Refusal = Worded(Responses.FilterDefers, said) },
            "add header" or "rewrite subject" or "quarantine" => verdict with { IsSuspicious = true },
            "no action" => verdict,
            _ => throw new IOException("an answer without an action"),
        };
    }

    private static Reply Worded(Reply reply, string said) =>
        said.Length == 0 ? reply : reply with { Text = string.Concat(said.Take(200).Select(static c => c is >= ' ' and <= '~' ? c : '?')) };

    private static IEnumerable<string> Values(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Object when value.TryGetProperty("value", out JsonElement inner) => Values(inner),
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Values),
        _ => [],
    };

    private HttpRequestMessage Request(FilteredClient client, FilteredMessage message)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(worker, "/checkv2")) { Content = new StreamContent(new ContentStream(message.Content)) };
        void Say(string name, string value) => request.Headers.TryAddWithoutValidation(name, string.Concat(value.Where(static c => c is >= ' ' and <= '~')));
        Say("IP", client.Endpoint.Address.ToString());
        Say("Helo", client.Helo);
        Say("Hostname", client.Name.Length > 0 ? client.Name : "unknown");
        Say("From", message.Sender?.ToString() ?? "");
        Say("MTA-Name", client.Server);
        foreach (MailAddress recipient in message.Recipients)
            Say("Rcpt", recipient.ToString());
        return request;
    }
}

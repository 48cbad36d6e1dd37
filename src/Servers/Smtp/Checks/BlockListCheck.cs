using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using DirMail.Mail;
using DirMail.Wire;
using Microsoft.Extensions.Logging;

namespace DirMail.Servers.Smtp.Checks;

/// <summary>
/// Asks the zones about a client (RFC 5782). A zone whose answers lie outside of 127/8, tell an error of the asker, or that lists 127.0.0.1 has gone wrong:
/// it is passed over for an hour, with an alarm. What is not answered in time does not count.
/// </summary>
internal sealed class BlockListCheck(IReadOnlyList<BlockList> lists, IDnsClient dns, TimeProvider clock, ILogger logger)
{
    private const int MaxText = 200;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Distrust = TimeSpan.FromHours(1);
    private static readonly IPNetwork Answers = IPNetwork.Parse("127.0.0.0/8"), Errors = IPNetwork.Parse("127.255.255.0/24");

    private readonly ConcurrentDictionary<string, DateTimeOffset> _distrusted = new();

    /// <summary>Null: no zone lists it.</summary>
    public async Task<Reply?> AskAsync(IPAddress client)
    {
        using var limit = new CancellationTokenSource(Patience);
        Reply?[] answers = await Task.WhenAll(lists.Select(list => AskAsync(list, client, limit.Token)));
        return answers.FirstOrDefault(static answer => answer is not null);
    }

    private async Task<Reply?> AskAsync(BlockList list, IPAddress client, CancellationToken cancellationToken)
    {
        if (_distrusted.TryGetValue(list.Zone, out DateTimeOffset until) && clock.GetUtcNow() < until)
            return null;
        try
        {
            string name = NameOf(client, list.Zone);
            IPAddress[] found = await AddressesAsync(name, cancellationToken);
            if (found.Length == 0 || await IsWrongAsync(list, found, cancellationToken) || !found.Any(answer => list.Codes.Count == 0 || list.Codes.Any(code => code.Contains(answer))))
                return null;
            string said = (await dns.TextsAsync(name, cancellationToken)).Texts.FirstOrDefault() ?? "";
            return Responses.Listed with { Text = $"{client} is listed by {list.Zone}{(said.Length > 0 ? ": " + Printable(said) : "")}" };
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private async Task<bool> IsWrongAsync(BlockList list, IPAddress[] found, CancellationToken cancellationToken)
    {
        bool isWrong = found.Any(static answer => !Answers.Contains(answer) || Errors.Contains(answer)) || (await AddressesAsync(NameOf(IPAddress.Loopback, list.Zone), cancellationToken)).Length > 0;
        if (isWrong)
        {
            _distrusted[list.Zone] = clock.GetUtcNow() + Distrust;
            Log.BlockListWrong(logger, list.Zone, found[0], Distrust);
        }
        return isWrong;
    }

    private async Task<IPAddress[]> AddressesAsync(string name, CancellationToken cancellationToken) => [.. (await dns.AddressesAsync(name, AddressFamily.InterNetwork, cancellationToken)).Addresses];

    private static string NameOf(IPAddress client, string zone)
    {
        string reverse = DnsClient.ReverseName(client);
        return reverse[..reverse.LastIndexOf('.', reverse.LastIndexOf('.') - 1)] + "." + zone;
    }

    private static string Printable(string text) => string.Concat(text.Take(MaxText).Select(static c => c is >= ' ' and <= '~' ? c : '?'));
}

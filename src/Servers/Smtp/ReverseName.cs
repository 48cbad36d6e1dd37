using System.Net;
using DirMail.Servers.Smtp.Checks;
using DirMail.Wire;

namespace DirMail.Servers.Smtp;

/// <summary>The client's name by DNS, when it leads back to the client (RFC 8601 2.7.3): asked for at connect and waited for a moment at most; never for loopback.</summary>
internal sealed class ReverseName(Task<string> lookup)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);
    private static readonly ReverseName None = new(Task.FromResult(""));

    /// <summary>Empty while unknown.</summary>
    public string Known => lookup.IsCompletedSuccessfully ? lookup.Result : "";

    public static ReverseName Start(IDnsClient? dns, IPAddress client) =>
        dns is null || IPAddress.IsLoopback(client) ? None : new(LookUpAsync(dns, client));

    public async Task<string> GetAsync()
    {
        if (!lookup.IsCompleted)
            await Task.WhenAny(lookup, Task.Delay(Patience));
        return Known;
    }

    private static async Task<string> LookUpAsync(IDnsClient dns, IPAddress client)
    {
        return (await ClientName.AskAsync(client, dns, CancellationToken.None)).Name.TrimEnd('.');
    }
}

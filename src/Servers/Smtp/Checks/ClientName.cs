using DirMail.Wire;

namespace DirMail.Servers.Smtp.Checks;

/// <summary>Whether the client's address has a name that leads back to it (iprev, RFC 8601 2.7.3).</summary>
internal sealed record ClientName(string Verdict, string Name)
{
    private const int MaxNames = 5;

    public static async Task<ClientName> AskAsync(System.Net.IPAddress client, IDnsClient dns, CancellationToken cancellationToken)
    {
        NameAnswer answer = await dns.NamesAsync(client, cancellationToken);
        if (answer.Status == DnsStatus.Unavailable)
            return new("temperror", "");
        foreach (string name in answer.Names.Take(MaxNames))
            if ((await dns.AddressesAsync(name, client.AddressFamily, cancellationToken)).Addresses.Contains(client))
                return new("pass", name);
        return new(answer.Names.Count == 0 ? "permerror" : "fail", "");
    }
}

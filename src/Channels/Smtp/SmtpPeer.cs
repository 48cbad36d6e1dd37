using System.Net;
using DirMail.Routing;
using DirMail.Wire;

namespace DirMail.Channels.Smtp;

/// <summary>One greeted connection to a server: ready for MAIL. Whoever took it from the pool, or opened it, owns it.</summary>
internal sealed class SmtpPeer(Connection connection, PeerKey key, string hostName, Offers offers) : IAsyncDisposable
{
    public Connection Connection { get; } = connection;
    public PeerKey Key { get; } = key;
    public Offers Offers { get; } = offers;

    /// <summary>For reasons and logs: "mx.example.com [192.0.2.1]".</summary>
    public string Remote { get; } = Describe(hostName, key.Destination);

    /// <summary>Transactions so far.</summary>
    public int Transactions { get; set; }

    /// <summary>The last transaction ended at its dot: MAIL may follow.</summary>
    public bool IsReusable { get; set; }

    public static string Describe(string hostName, IPEndPoint address) => $"{hostName} [{address.Address}]";

    /// <summary>Nothing came unasked while it was kept: neither 421 nor an end.</summary>
    public bool IsQuiet()
    {
        try
        {
            return !Connection.Input.TryRead(out _);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException or ObjectDisposedException)
        {
            return false;
        }
    }

    public void Write(string command) => Connection.Write(command + "\r\n");

    public async ValueTask<RemoteReply> AskAsync(string command, TimeSpan limit, CancellationToken cancellationToken)
    {
        Write(command);
        await Connection.FlushAsync(cancellationToken);
        return await RemoteReply.ReadAsync(Connection, limit, cancellationToken);
    }

    /// <summary>Says QUIT without waiting for what the server thinks of it, and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        Write("QUIT");
        await Connection.DisposeAsync();
    }
}

/// <summary>What makes one kept connection as good as another: who we are on it, where it leads, what was asked of its TLS, and who we logged in as.</summary>
internal sealed record PeerKey(IPAddress? Source, string HostName, IPEndPoint Destination, TlsNeed Need, RelayLogin? Login = null);

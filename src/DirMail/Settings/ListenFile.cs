using System.Net;
using DirMail.Wire;

namespace DirMail.Settings;

/// <summary>The section "listen", and the limits of connections.</summary>
internal static class ListenFile
{
    public static ListenSettings Read(SettingsReader reader, string folder)
    {
        var limits = new ConnectionLimits();
        IReadOnlyList<string> words = reader.List("listen.addresses", ["loopback"]);
        var addresses = new List<IPAddress>();
        ListenMode mode = words is ["loopback"] ? ListenMode.Loopback : words is ["any"] ? ListenMode.Any : ListenMode.List;
        foreach (string word in mode == ListenMode.List ? words : [])
            if (IPAddress.TryParse(word, out IPAddress? address))
                addresses.Add(address);
            else
                reader.Refuse("listen.addresses", "loopback, any, or a list of IP addresses");
        return new()
        {
            Mode = mode,
            Addresses = addresses,
            Smtp = reader.Port("listen.smtp", 2525),
            Submission = reader.Port("listen.submission", 2587),
            Submissions = reader.Port("listen.submissions", 2465),
            Pop3 = reader.Port("listen.pop3", 2110),
            Pop3s = reader.Port("listen.pop3s", 2995),
            Imap = reader.Port("listen.imap", 2143),
            Imaps = reader.Port("listen.imaps", 2993),
            Lmtp = ReadLmtp(reader, folder),
            Sendmail = reader.Text("listen.sendmail", "submit.sock"),
            ProxyFrom = reader.Networks("listen.proxyFrom"),
            MaxConnections = reader.Count("limits.connections", limits.Max, 1, 1_000_000),
            MaxConnectionsPerClient = reader.Count("limits.connectionsPerClient", limits.MaxPerClient, 1, 1_000_000),
            MaxConnectionsPerDomain = reader.Count("limits.connectionsPerDomain", limits.MaxPerDomain, 1, 1_000_000),
        };
    }

    private static LmtpListenSettings ReadLmtp(SettingsReader reader, string folder)
    {
        if (!LmtpListenSettings.TryPlaces(reader.List("listen.lmtp", ["off"]), out int? port, out IReadOnlyList<IPAddress> addresses))
            reader.Refuse("listen.lmtp", "a port, address:port or a list of those with one port, or off");
        string socket = reader.Text("listen.lmtpSocket", "");
        return new()
        {
            Port = port,
            Addresses = addresses,
            Socket = socket.Length == 0 ? null : Path.GetFullPath(socket, folder),
            SocketMode = reader.Mode("listen.lmtpSocketMode", "0660"),
        };
    }
}

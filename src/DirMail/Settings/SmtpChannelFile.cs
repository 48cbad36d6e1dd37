using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DirMail.Channels.Smtp;

namespace DirMail.Settings;

/// <summary>The section "channels.smtp", and the address of the host's own mail.</summary>
internal static class SmtpChannelFile
{
    public static SmtpChannelSettings Read(SettingsReader reader, string folder)
    {
        var standard = new SmtpChannelSettings();
        string host = reader.Text("hostAddress", "");
        IPAddress? address = null;
        if (host.Length > 0 && !IPAddress.TryParse(host, out address))
            reader.Refuse("hostAddress", "an IP address of this host, or nothing");
        return standard with
        {
            Port = reader.Count("channels.smtp.port", standard.Port, 1, 65535),
            Connect = reader.Duration("channels.smtp.connectTimeout", standard.Connect),
            HostAddress = address,
            Authorities = ReadAuthorities(reader, folder),
        };
    }

    private static X509Certificate2Collection? ReadAuthorities(SettingsReader reader, string folder)
    {
        string file = reader.Text("channels.smtp.caFile", "");
        if (file.Length == 0)
            return null;
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(Path.GetFullPath(file, folder));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or CryptographicException)
        {
            reader.Refuse("channels.smtp.caFile", $"a PEM file of certificates ({unreadable.Message})");
        }
        return authorities;
    }
}

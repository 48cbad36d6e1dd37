using System.Globalization;

namespace DirMail.Interop;

/// <summary>A settings file for a server on free ports, in a folder of its own; dns is off, as nothing leaves this host.</summary>
internal sealed class ServerSetup : IDisposable
{
    /// <param name="directoryUrl">An OpenLDAP that holds the example; null: the embedded directory.</param>
    /// <param name="sinkPort">Where mail for xyz.test goes.</param>
    /// <param name="directoryMore">More settings of the directory section, as JSON.</param>
    public ServerSetup(string? directoryUrl = null, int sinkPort = 9, string directoryMore = "")
    {
        int directoryPort = FreePort.Take();
        DirectoryUrl = directoryUrl ?? string.Create(CultureInfo.InvariantCulture, $"ldap://127.0.0.1:{directoryPort}");
        File.WriteAllText(SettingsFile, string.Create(CultureInfo.InvariantCulture, $$"""
            {
              "dataFolder": "data",
              "listen": { "smtp": {{Smtp}}, "submission": {{Submission}}, "pop3": {{Pop3}}, "imap": {{Imap}},
                          "submissions": {{Submissions}}, "pop3s": {{Pop3s}}, "imaps": {{Imaps}}, "lmtp": {{Lmtp}}, "lmtpSocket": "lmtp.sock",
                          "proxyFrom": ["127.0.0.9"] },
              "embeddedDirectory": { "enabled": {{(directoryUrl is null ? "true" : "false")}}, "listen": "127.0.0.1:{{directoryPort}}" },
              "directory": { "url": "{{DirectoryUrl}}", "bindPassword": "dirmail-secret"{{(directoryMore.Length == 0 ? "" : ", ")}}{{directoryMore}} },
              "dns": { "servers": ["none"] },
              "routes": { "xyz.test": "127.0.0.1:{{sinkPort}}" },
              "drainTime": "500ms"
            }
            """));
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("dirmail-interop-").FullName;
    public string SettingsFile => Path.Combine(Folder, "dirmail.json");
    public string DataFolder => Path.Combine(Folder, "data");
    public string DirectoryUrl { get; }
    public int Smtp { get; } = FreePort.Take();
    public int Submission { get; } = FreePort.Take();
    public int Pop3 { get; } = FreePort.Take();
    public int Imap { get; } = FreePort.Take();
    public int Submissions { get; } = FreePort.Take();
    public int Pop3s { get; } = FreePort.Take();
    public int Lmtp { get; } = FreePort.Take();
    public int Imaps { get; } = FreePort.Take();

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

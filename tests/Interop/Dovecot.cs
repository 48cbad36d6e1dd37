using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace DirMail.Interop;

/// <summary>A private Dovecot in a temporary folder on a free port, with one user whose mail it keeps as a Maildir; other servers may ask it about logins. Ended by its process id.</summary>
internal sealed class Dovecot : IAsyncDisposable
{
    public const string User = "reader", Password = "reader-secret";

    private readonly string _folder = Directory.CreateTempSubdirectory("dirmail-dovecot-").FullName;
    private Process _process = null!;

    public int Port { get; } = FreePort.Take();

    /// <summary>Where a server asks whether a login is right.</summary>
    public string LoginSocket => Path.Combine(_folder, "login");

    public static async Task<Dovecot> StartAsync()
    {
        var dovecot = new Dovecot();
        File.SetUnixFileMode(dovecot._folder, (UnixFileMode)0b111_101_101);
        string file = Path.Combine(dovecot._folder, "dovecot.conf");
        await File.WriteAllTextAsync(file, dovecot.Configuration());
        Directory.CreateDirectory(Path.Combine(dovecot._folder, "mail"));
        if (Environment.UserName == "root")
            await Program.RunAsync("chown", ["dovecot:dovecot", Path.Combine(dovecot._folder, "mail")]);
        dovecot._process = Program.Start(new("/usr/sbin/dovecot", ["-F", "-c", file]) { RedirectStandardError = true });
        await dovecot.AnswersAsync();
        return dovecot;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // SIGTERM: it ends its children
            await Program.RunAsync("bash", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -TERM {_process.Id}")]);
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task AnswersAsync()
    {
        for (int i = 0; i < 200; i++)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", Port);
                using var reader = new StreamReader(client.GetStream());
                if ((await reader.ReadLineAsync())?.StartsWith("* OK", StringComparison.Ordinal) == true)
                    return;
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                // not yet
            }
            await Task.Delay(50);
        }
        throw new InvalidOperationException("dovecot does not answer: " + (File.Exists(Path.Combine(_folder, "log")) ? await File.ReadAllTextAsync(Path.Combine(_folder, "log")) : "no log"));
    }

    private string Configuration()
    {
        bool isRoot = Environment.UserName == "root";
        string owner = isRoot ? "dovecot" : Environment.UserName;
        string users = isRoot ? "" : $$"""
            default_internal_user = {{owner}}
            default_internal_group = {{owner}}
            default_login_user = {{owner}}
            service anvil {
              chroot =
            }
            """;
        return string.Create(CultureInfo.InvariantCulture, $$"""
            base_dir = {{_folder}}/run
            state_dir = {{_folder}}/state
            log_path = {{_folder}}/log
            listen = 127.0.0.1
            protocols = imap
            ssl = no
            disable_plaintext_auth = no
            mail_uid = {{owner}}
            mail_gid = {{owner}}
            first_valid_uid = 1
            first_valid_gid = 1
            mail_location = maildir:{{_folder}}/mail/Maildir
            mail_fsync = never
            passdb {
              driver = static
              args = password={{Password}}
            }
            userdb {
              driver = static
              args = uid={{owner}} gid={{owner}} home={{_folder}}/mail
            }
            auth_mechanisms = plain login
            service auth {
              unix_listener {{_folder}}/login {
                mode = 0666
              }
            }
            namespace inbox {
              inbox = yes
              separator = /
            }
            service imap-login {
              chroot =
              inet_listener imap {
                port = {{Port}}
              }
              inet_listener imaps {
                port = 0
              }
            }
            {{users}}
            """);
    }
}

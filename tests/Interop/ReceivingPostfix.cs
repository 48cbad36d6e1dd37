using System.Diagnostics;
using System.Net;

namespace DirMail.Interop;

/// <summary>A private Postfix on a free port of loopback that keeps what comes for one domain. Its folders are temporary; it is ended by its process id. Needs root, as Postfix does.</summary>
internal sealed class ReceivingPostfix : IAsyncDisposable
{
    private static readonly string[] Services =
    [
        "pickup unix n - n 60 1 pickup", "cleanup unix n - n - 0 cleanup", "qmgr unix n - n 300 1 qmgr", "tlsmgr unix - - n 1000? 1 tlsmgr", "rewrite unix - - n - - trivial-rewrite",
        "bounce unix - - n - 0 bounce", "defer unix - - n - 0 bounce", "trace unix - - n - 0 bounce", "proxymap unix - - n - - proxymap", "virtual unix - n n - - virtual",
        "error unix - - n - - error", "retry unix - - n - - error", "anvil unix - - n - 1 anvil", "postlog unix-dgram n - n - 1 postlogd",
    ];

    private const UnixFileMode Everybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly string _folder = Directory.CreateTempSubdirectory("dirmail-postfix-").FullName;
    private Process _process = null!;

    /// <param name="settings">More lines of main.cf.</param>
    /// <param name="isChrooted">What takes mail sees the queue's folder as the root, so that it has a resolv.conf of its own there.</param>
    private ReceivingPostfix(string domain, bool isChrooted, string settings)
    {
        foreach (string part in (string[])["", "conf", "queue", "queue/etc", "data", "mail"])
            File.SetUnixFileMode(Directory.CreateDirectory(Path.Combine(_folder, part)).FullName, Everybody);
        File.WriteAllText(Path.Combine(_folder, "conf", "main.cf"), $"""
            compatibility_level = 3.6
            queue_directory = {_folder}/queue
            data_directory = {_folder}/data
            command_directory = /usr/sbin
            daemon_directory = /usr/lib/postfix/sbin
            meta_directory = /etc/postfix
            shlib_directory = /usr/lib/postfix
            mail_owner = postfix
            setgid_group = postdrop
            myhostname = mx.remote.test
            mydestination =
            inet_interfaces = 127.0.0.1
            inet_protocols = ipv4
            mynetworks = 127.0.0.0/8
            alias_maps =
            maillog_file = {_folder}/mail.log
            maillog_file_prefixes = {_folder}
            virtual_mailbox_domains = {domain}
            virtual_mailbox_maps = static:all/
            virtual_mailbox_base = {_folder}/mail
            virtual_uid_maps = static:65534
            virtual_gid_maps = static:65534
            {settings}

            """);
        File.WriteAllLines(Path.Combine(_folder, "conf", "master.cf"), [$"127.0.0.1:{Port} inet n - {(isChrooted ? "y" : "n")} - - smtpd", .. Services]);
    }

    public int Port { get; } = FreePort.Take();

    /// <summary>Looks up who sends as any receiver does: by the system's resolver, which asks the name server at that address, port 53.</summary>
    public static async Task<ReceivingPostfix> StartAsync(string domain, IPAddress nameServer)
    {
        var postfix = new ReceivingPostfix(domain, isChrooted: true, "");
        await File.WriteAllTextAsync(Path.Combine(postfix._folder, "queue", "etc", "resolv.conf"), $"nameserver {nameServer}\n");
        await File.WriteAllTextAsync(Path.Combine(postfix._folder, "queue", "etc", "nsswitch.conf"), "hosts: files dns\n");
        return await StartAsync(postfix);
    }

    /// <summary>Takes mail from whoever logs in under TLS, by the mechanism it offers; a Dovecot says who may.</summary>
    public static Task<ReceivingPostfix> SmartHostAsync(string domain, Dovecot logins, ServerCertificate certificate, string mechanism) => StartAsync(new(domain, isChrooted: false, $"""
        smtpd_tls_cert_file = {certificate.File}
        smtpd_tls_key_file = {certificate.KeyFile}
        smtpd_tls_security_level = may
        smtpd_tls_auth_only = yes
        smtpd_tls_received_header = yes
        smtpd_sasl_auth_enable = yes
        smtpd_sasl_type = dovecot
        smtpd_sasl_path = {logins.LoginSocket}
        smtpd_sasl_mechanism_filter = {mechanism}
        smtpd_sasl_authenticated_header = yes
        smtpd_recipient_restrictions = permit_sasl_authenticated, reject
        smtpd_relay_restrictions = permit_sasl_authenticated, reject
        """));

    /// <summary>What it has kept, each message with the header as it stands in the mailbox.</summary>
    public async Task<IReadOnlyList<string>> KeptAsync()
    {
        string folder = Path.Combine(_folder, "mail", "all", "new");
        return Directory.Exists(folder) ? await Task.WhenAll(Directory.GetFiles(folder).Select(static file => File.ReadAllTextAsync(file))) : [];
    }

    private static async Task<ReceivingPostfix> StartAsync(ReceivingPostfix postfix)
    {
        await Program.RunAsync("chown", ["postfix", Path.Combine(postfix._folder, "data")]);
        await Program.RunAsync("chown", ["nobody", Path.Combine(postfix._folder, "mail")]);
        postfix._process = Program.Start(new("/usr/sbin/postfix", ["-c", Path.Combine(postfix._folder, "conf"), "start-fg"]) { RedirectStandardOutput = true, RedirectStandardError = true });
        await Eventually.SeesAsync(postfix.AnswersAsync, static answers => answers);
        return postfix;
    }

    private async Task<bool> AnswersAsync()
    {
        string log = Path.Combine(_folder, "mail.log");
        if (_process.HasExited)
            throw new InvalidOperationException($"postfix ended: {await _process.StandardError.ReadToEndAsync()}{(File.Exists(log) ? await File.ReadAllTextAsync(log) : "")}");
        return await RemoteServer.GreetsAsync(Port);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}

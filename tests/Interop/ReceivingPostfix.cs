using System.Net;

namespace DirMail.Interop;

/// <summary>A Postfix on a free port of loopback that keeps what comes for one domain.</summary>
internal sealed class ReceivingPostfix : IAsyncDisposable
{
    private readonly PostfixProcess _postfix = new("queue/etc", "mail");

    private ReceivingPostfix()
    {
    }

    public int Port { get; } = FreePort.Take();

    /// <summary>Of a smart host: TLS from the first octet.</summary>
    public int TlsFirstPort { get; } = FreePort.Take();

    public IReadOnlyList<string> Log => _postfix.Log;

    /// <summary>Looks up who sends as any receiver does: by the system's resolver, which asks the name server at that address, port 53.</summary>
    public static async Task<ReceivingPostfix> StartAsync(string domain, IPAddress nameServer)
    {
        var postfix = new ReceivingPostfix();
        string etc = Path.Combine(postfix._postfix.Folder, "queue", "etc");
        await File.WriteAllTextAsync(Path.Combine(etc, "resolv.conf"), $"nameserver {nameServer}\n");
        await File.WriteAllTextAsync(Path.Combine(etc, "nsswitch.conf"), "hosts: files dns\n");
        return await postfix.StartAsync(domain, isChrooted: true, "");
    }

    public static Task<ReceivingPostfix> StartAsync(string domain) => new ReceivingPostfix().StartAsync(domain, isChrooted: false, "");

    /// <summary>Takes mail from whoever logs in under TLS, by the mechanism it offers; a Dovecot says who may.</summary>
    public static Task<ReceivingPostfix> SmartHostAsync(string domain, Dovecot logins, ServerCertificate certificate, string mechanism) => new ReceivingPostfix().StartAsync(domain, isChrooted: false, $"""
        smtpd_tls_cert_file = {certificate.File}
        smtpd_tls_key_file = {certificate.KeyFile}
        smtpd_tls_security_level = may
        smtpd_tls_auth_only = yes
        smtpd_tls_received_header = yes
        smtpd_tls_loglevel = 1
        smtpd_sasl_auth_enable = yes
        smtpd_sasl_type = dovecot
        smtpd_sasl_path = {logins.LoginSocket}
        smtpd_sasl_mechanism_filter = {mechanism}
        smtpd_sasl_authenticated_header = yes
        smtpd_recipient_restrictions = permit_sasl_authenticated, reject
        smtpd_relay_restrictions = permit_sasl_authenticated, reject
        """);

    /// <summary>What it has kept, each message with the header as it stands in the mailbox.</summary>
    public async Task<IReadOnlyList<string>> KeptAsync()
    {
        string folder = Path.Combine(_postfix.Folder, "mail", "all", "new");
        return Directory.Exists(folder) ? await Task.WhenAll(Directory.GetFiles(folder).Select(static file => File.ReadAllTextAsync(file))) : [];
    }

    /// <param name="settings">More lines of main.cf.</param>
    /// <param name="isChrooted">What takes mail sees the queue's folder as the root, so that it has a resolv.conf of its own there.</param>
    private async Task<ReceivingPostfix> StartAsync(string domain, bool isChrooted, string settings)
    {
        await Program.RunAsync("chown", ["nobody", Path.Combine(_postfix.Folder, "mail")]);
        await _postfix.StartAsync(Port, $"""
            virtual_mailbox_domains = {domain}
            virtual_mailbox_maps = static:all/
            virtual_mailbox_base = {_postfix.Folder}/mail
            virtual_uid_maps = static:65534
            virtual_gid_maps = static:65534
            {settings}
            """, [$"127.0.0.1:{Port} inet n - {(isChrooted ? "y" : "n")} - - smtpd", $"127.0.0.1:{TlsFirstPort} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes -o syslog_name=smtps", "virtual unix - n n - - virtual"]);
        return this;
    }

    public ValueTask DisposeAsync() => _postfix.DisposeAsync();
}

using System.Globalization;
using DirMail.Demo;

namespace DirMail.Interop;

/// <summary>What mail programs are told in their own settings.</summary>
internal static class ClientSettings
{
    /// <summary>Returns the file that they are in then.</summary>
    public static async Task<string> WriteAsync(string folder, string name, string settings)
    {
        string file = Path.Combine(folder, name);
        await File.WriteAllTextAsync(file, settings + "\n");
        return file;
    }

    /// <param name="near">Folder of the copy here, as Maildir.</param>
    /// <param name="channel">What is synchronised, and how.</param>
    public static string Mbsync(int port, DemoUser user, string near, string channel) => string.Create(CultureInfo.InvariantCulture, $"""
        IMAPAccount dirmail
        Host 127.0.0.1
        Port {port}
        User {user.Address}
        Pass {user.Password}
        SSLType None
        AuthMechs LOGIN

        IMAPStore far
        Account dirmail

        MaildirStore near
        Path {near}/
        Inbox {near}/INBOX
        SubFolders Verbatim

        Channel both
        Far :far:
        Near :near:
        SyncState *
        {channel}
        """);

    public static string Mutt(int port, DemoUser user) => string.Create(CultureInfo.InvariantCulture, $"""
        set folder = imap://127.0.0.1:{port}/
        set imap_user = "{user.Address}"
        set imap_pass = "{user.Password}"
        set imap_authenticators = plain
        set ssl_starttls = no
        set ssl_force_tls = no
        set header_cache =
        set confirmappend = no
        set confirmcreate = no
        set delete = yes
        set quit = yes
        set wait_key = no
        set mbox_type = mbox
        """);
}

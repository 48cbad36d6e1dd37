using DirMail.Mail;

namespace DirMail.Servers.Smtp.Checks;

/// <summary>
/// What a milter is told beside the commands, under the names that sendmail and Postfix have for it: names and values in turn. What is not known is not told: mail of whoever has logged in is not
/// filtered, and no client is asked for a certificate, so there is nothing of a login and of certificates.
/// </summary>
internal static class MilterMacros
{
    public static string[] OfConnection(FilteredClient client) =>
    [
        "j", client.Server,
        "_", client.Name.Length > 0 ? $"{client.Name} [{client.Endpoint.Address}]" : client.NameOrAddress,
        "v", "DirMail",
        "{daemon_name}", client.Server,
        "{daemon_addr}", client.Local.Address.ToString(),
        "{daemon_port}", Number(client.Local.Port),
        "{if_name}", client.Server,
        "{if_addr}", client.Local.Address.ToString(),
        "{client_name}", client.NameOrAddress,
        "{client_addr}", client.Endpoint.Address.ToString(),
        "{client_port}", Number(client.Endpoint.Port),
    ];

    public static string[] OfTls(FilteredClient client) => client is { TlsVersion: { } version, TlsCipher: { } cipher } ? ["{tls_version}", version, "{cipher}", cipher, "{cipher_bits}", Bits(cipher)] : [];

    public static string[] OfSender(SmtpTransaction transaction) => transaction.Sender is { } sender
        ? ["{mail_addr}", sender.ToString(), "{mail_host}", sender.DomainKey, "{mail_mailer}", transaction.IsSenderHosted ? "local" : "smtp"]
        : ["{mail_addr}", ""];

    /// <summary>Milters hear of recipients in hosted domains only.</summary>
    public static string[] OfRecipient(MailAddress recipient) => ["{rcpt_addr}", recipient.ToString(), "{rcpt_host}", recipient.DomainKey, "{rcpt_mailer}", "local"];

    private static string Bits(string cipher) => cipher.Contains("_128_", StringComparison.Ordinal) ? "128" : "256";

    private static string Number(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

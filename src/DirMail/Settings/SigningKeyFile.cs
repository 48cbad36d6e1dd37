using DirMail.Mail;

namespace DirMail.Settings;

/// <summary>Where a domain's signing key lies, and the selector that it is published under.</summary>
/// <param name="File">Null: the place in the data folder where `dirmail domain dkim` puts it.</param>
internal sealed record SigningKeyFile(string Selector, string? File)
{
    /// <summary>The map "dkim": domain to "selector", or to "selector=file".</summary>
    public static IReadOnlyDictionary<string, SigningKeyFile> Read(SettingsReader reader, string folder)
    {
        var keys = new Dictionary<string, SigningKeyFile>();
        foreach ((string domain, string text) in reader.Map("dkim"))
        {
            string[] parts = text.Split('=', 2);
            if (MailAddress.TryDomainKey(domain, out string key) && IsSelector(parts[0]))
                keys[key] = new(parts[0], parts.Length == 2 ? Path.GetFullPath(parts[1], folder) : null);
            else
                reader.Refuse($"dkim.{domain}", "a selector (letters, digits, hyphens, dots), or selector=file of the private key");
        }
        return keys;
    }

    public string PathIn(string dataFolder, string domain) => File ?? DefaultPath(dataFolder, domain, Selector);

    public static string DefaultPath(string dataFolder, string domain, string selector) => Path.Combine(dataFolder, "dkim", $"{domain}.{selector}.pem");

    public static bool IsSelector(string text) => text.Length is > 0 and <= 63 && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.') && !text.Contains("..", StringComparison.Ordinal) && text[0] != '.' && text[^1] != '.';
}

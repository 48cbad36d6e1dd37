using System.CommandLine;
using System.Security.Cryptography;
using DirMail.Mail;
using DirMail.Mail.Dkim;
using DirMail.Settings;

namespace DirMail.Verbs;

/// <summary>`dirmail domain dkim`: makes a domain's signing key, or finds it, and prints what to publish and what to set.</summary>
internal static class DomainDkimVerb
{
    private const int Bits = 2048, StringLength = 200;

    private static readonly Option<string> Selector = new("--selector") { Description = "Name that the key is published under (default: the domain's in the settings, else 'mail'); a new one makes a new key" };

    public static Command Create()
    {
        var dkim = new Command("dkim", "Make the key that signs a domain's mail, unless it is there, and print the DNS record to publish") { DomainVerbs.Domain, Selector };
        dkim.SetAction((arguments, _) => Task.FromResult(Run(arguments)));
        return dkim;
    }

    private static int Run(ParseResult arguments)
    {
        ServerFile settings = CommonOptions.Load(arguments);
        if (!MailAddress.TryDomainKey(arguments.GetValue(DomainVerbs.Domain)!, out string domain))
            return Failed($"{arguments.GetValue(DomainVerbs.Domain)} is no domain");
        SigningKeyFile? set = settings.Dkim.GetValueOrDefault(domain);
        string selector = arguments.GetValue(Selector) ?? set?.Selector ?? "mail";
        if (!SigningKeyFile.IsSelector(selector))
            return Failed("a selector has letters, digits, hyphens and dots");
        string file = set?.Selector == selector ? set.PathIn(settings.DataFolder, domain) : SigningKeyFile.DefaultPath(settings.DataFolder, domain, selector);
        try
        {
            Print(domain, selector, file, File.Exists(file) ? Read(file) : Make(file), isSet: set?.Selector == selector);
            return ExitCode.Ok;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            return Failed($"{file}: {(fault is CryptographicException or ArgumentException ? "holds no RSA key in PEM form" : fault.Message)}");
        }
    }

    private static int Failed(string reason)
    {
        Show.Error(reason);
        return ExitCode.Failed;
    }

    private static RSA Read(string file)
    {
        var key = RSA.Create();
        key.ImportFromPem(File.ReadAllText(file));
        return key;
    }

    private static RSA Make(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var key = RSA.Create(Bits);
        using var stream = new FileStream(file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        stream.Write(System.Text.Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"));
        stream.Flush(flushToDisk: true);
        return key;
    }

    /// <summary>The record in strings of at most 255 octets, as zone files want it (RFC 6376 3.6.2.2).</summary>
    private static void Print(string domain, string selector, string file, RSA key, bool isSet)
    {
        using (key)
        {
            string record = $"v=DKIM1; k=rsa; p={Convert.ToBase64String(key.ExportSubjectPublicKeyInfo())}";
            Show.Line($"The key of {domain} is {file}. Publish:");
            Console.Out.WriteLine($"{DkimKey.NameOf(selector, domain)}. IN TXT ( {string.Join(' ', record.Chunk(StringLength).Select(static part => $"\"{new string(part)}\""))} )");
            if (!isSet)
                Show.Line($"Then set, and start the server again:  \"dkim\": {{ \"{domain}\": \"{selector}\" }}");
        }
    }
}

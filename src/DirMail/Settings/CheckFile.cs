using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;
using DirMail.Mail;
using DirMail.Mail.Dmarc;
using DirMail.Servers.Smtp.Checks;

namespace DirMail.Settings;

/// <summary>The section "checks": what is looked at in mail from outside.</summary>
internal static class CheckFile
{
    public static CheckSettings Read(SettingsReader reader, string folder)
    {
        var standard = new CheckSettings();
        string suffixes = Path.GetFullPath(reader.Text("checks.publicSuffixes", "/usr/share/publicsuffix/public_suffix_list.dat"), folder);
        return standard with
        {
            Listeners = Listeners(reader),
            Spf = reader.Choice("checks.spf", standard.Spf),
            Dkim = reader.Switch("checks.dkim", standard.Dkim),
            Dmarc = reader.Choice("checks.dmarc", standard.Dmarc),
            Arc = reader.Switch("checks.arc", standard.Arc),
            TrustedSealers = reader.List("checks.trustedSealers", []).Select(static name => name.ToLowerInvariant()).ToFrozenSet(),
            SuffixFile = suffixes,
            Suffixes = Suffixes(suffixes),
            GreylistDelay = reader.Duration("checks.greylistDelay", standard.GreylistDelay),
            BlockLists = Each(reader, "checks.blockLists", "zones, each with =127.0.0.2/127.0.0.3 if only these answers count", BlockList.Parse),
            Allowed = Each(reader, "checks.allowed", "addresses or networks, e.g. 192.0.2.0/24", Network),
            Milters = Each(reader, "checks.milters", "milters, each 127.0.0.1:8891 or unix:/path", Endpoint),
            Rspamd = Url(reader),
            HooksFailClosed = reader.Choice("checks.hookFailure", HookFailure.Accept) == HookFailure.Defer,
            Off = Off(reader),
        };
    }

    private static FrozenSet<string> Listeners(SettingsReader reader)
    {
        string[] words = [.. reader.List("checks.listeners", [CheckSettings.Smtp])];
        if (words.Except([CheckSettings.Smtp, CheckSettings.Lmtp]).Any())
            reader.Refuse("checks.listeners", "a list of smtp and lmtp, or nothing");
        return words.ToFrozenSet();
    }

    /// <summary>Without the file there are no suffixes but top-level domains.</summary>
    public static PublicSuffixes Suffixes(string path)
    {
        try
        {
            return File.Exists(path) ? new(File.ReadLines(path)) : PublicSuffixes.TopLevelOnly;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return PublicSuffixes.TopLevelOnly;
        }
    }

    private static T[] Each<T>(SettingsReader reader, string key, string accepts, Func<string, T?> parse) where T : class
    {
        T?[] values = [.. reader.List(key, []).Select(parse)];
        if (values.Contains(null))
            reader.Refuse(key, accepts);
        return [.. values.OfType<T>()];
    }

    private static IPNetwork[] Each(SettingsReader reader, string key, string accepts, Func<string, IPNetwork?> parse)
    {
        IPNetwork?[] values = [.. reader.List(key, []).Select(parse)];
        if (values.Contains(null))
            reader.Refuse(key, accepts);
        return [.. values.OfType<IPNetwork>()];
    }

    private static IPNetwork? Network(string text) =>
        IPNetwork.TryParse(text, out IPNetwork network) ? network : IPAddress.TryParse(text, out IPAddress? one) ? new IPNetwork(one, one.GetAddressBytes().Length * 8) : null;

    private static EndPoint? Endpoint(string text) => text.StartsWith("unix:/", StringComparison.Ordinal) ? new UnixDomainSocketEndPoint(text["unix:".Length..])
        : IPEndPoint.TryParse(text, out IPEndPoint? endpoint) && endpoint.Port > 0 ? endpoint : null;

    private static Uri? Url(SettingsReader reader)
    {
        string text = reader.Text("checks.rspamd", "");
        if (text.Length == 0 || (Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme == Uri.UriSchemeHttp))
            return text.Length == 0 ? null : new(text);
        reader.Refuse("checks.rspamd", "the URL of an rspamd worker, e.g. http://127.0.0.1:11333");
        return null;
    }

    private static FrozenDictionary<string, Check> Off(SettingsReader reader)
    {
        var off = new Dictionary<string, Check>();
        foreach ((string domain, string words) in reader.Map("checks.off"))
            foreach (string word in words.Split([',', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                if (MailAddress.TryDomainKey(domain, out string key) && Enum.TryParse(word, ignoreCase: true, out Check check) && Enum.IsDefined(check))
                    off[key] = off.GetValueOrDefault(key) | check;
                else
                    reader.Refuse($"checks.off.{domain}", "a list of spf, dkim, dmarc, arc, greylist, blockList, milter, rspamd for a hosted domain");
        return off.ToFrozenDictionary();
    }

    private enum HookFailure
    {
        /// <summary>The message is taken without the filter's word.</summary>
        Accept,

        /// <summary>451 4.7.1.</summary>
        Defer,
    }
}

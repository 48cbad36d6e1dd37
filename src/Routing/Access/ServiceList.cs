using System.Collections.Immutable;
using DirMail.Mail;

namespace DirMail.Routing;

/// <summary>Services of a rule, less those behind EXCEPT: "a EXCEPT b EXCEPT c" is a EXCEPT (b EXCEPT c), as in hosts_access(5).</summary>
internal sealed record ServiceList(ImmutableArray<ServiceName> Names, ServiceList? Except)
{
    public static readonly ServiceList All = new([new(null, false)], null);

    public bool IsAll => Except is null && Names.Contains(new ServiceName(null, false));

    public bool Matches(ServiceUse use) => Names.Any(name => name.Matches(use)) && Except?.Matches(use) != true;

    public static ServiceList Parse(ReadOnlySpan<string> words)
    {
        int except = RuleWords.IndexOfExcept(words);
        ImmutableArray<ServiceName> names = [.. words[..(except < 0 ? words.Length : except)].ToArray().Select(ServiceName.Parse).OfType<ServiceName>()];
        return new(names, except < 0 ? null : Parse(words[(except + 1)..]));
    }
}

/// <param name="Service">Null: every service.</param>
internal sealed record ServiceName(MailService? Service, bool ProtectedOnly)
{
    public bool Matches(ServiceUse use) => (Service is null || Service == use.Service) && (use.IsProtected || !ProtectedOnly);

    /// <summary>Null for a service we do not have: real directories name many (smime, sieve, jmap ...), and they are left out in silence.</summary>
    public static ServiceName? Parse(string word) => word.ToLowerInvariant() switch
    {
        "all" or "*" => new(null, false),
        "imap" => new(MailService.Imap, false),
        "imaps" => new(MailService.Imap, true),
        "pop" or "pop3" => new(MailService.Pop, false),
        "pops" or "pop3s" => new(MailService.Pop, true),
        "smtp" => new(MailService.Smtp, false),
        "smtps" => new(MailService.Smtp, true),
        "http" => new(MailService.Http, false),
        "https" => new(MailService.Http, true),
        _ => null,
    };
}

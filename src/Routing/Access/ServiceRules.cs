namespace DirMail.Routing;

/// <summary>Rules of mailDomainAllowedServiceAccess and mailAllowedServiceAccess (SCHEMA 3.4): parsed once, asked at each login. Pure.</summary>
public sealed class ServiceRules
{
    private const int MostProblems = 3;

    private readonly ServiceRule[] _allow;
    private readonly ServiceRule[] _deny;

    private readonly string _text;

    private ServiceRules(ServiceRule[] allow, ServiceRule[] deny, string text)
    {
        _allow = allow;
        _deny = deny;
        _text = text;
    }

    /// <summary>No attribute: everything is allowed.</summary>
    public static ServiceRules AllowAll { get; } = new([], [], "all");

    /// <summary>Never fails: what cannot be read refuses, and is told in <paramref name="problem"/>.</summary>
    public static ServiceRules Parse(string text, out string? problem)
    {
        List<ServiceRule> allow = [], deny = [];
        List<string> problems = [];
        foreach (string part in text.Split('$', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            ServiceRule rule = ServiceRule.Parse(part, problems);
            (rule.Grants ? allow : deny).Add(rule);
        }
        problem = problems.Count == 0 ? null : string.Join("; ", problems.Take(MostProblems));
        return allow.Count + deny.Count == 0 ? AllowAll : new([.. allow], [.. deny], text);
    }

    /// <summary>Nobody can log in by any service from anywhere, and that is meant: not because a rule cannot be read.</summary>
    public bool RefusesEverybody => _allow.Length == 0 && Array.Exists(_deny, static rule => rule.IsForAll);

    /// <summary>Whether it is certain, by what is known of the client's name.</summary>
    public bool Allows(ServiceUse use) => Decide(use, out _) == ServiceAnswer.Allowed;

    /// <summary>Allow rules come first and the first match ends; when nothing matches, allow rules alone mean "only these".</summary>
    /// <param name="rule">The rule that decides, or would if the client's name were known; null: none matches.</param>
    internal ServiceAnswer Decide(ServiceUse use, out ServiceRule? rule)
    {
        rule = First(use, untoldGrants: false);
        if (Grants(rule))
            return ServiceAnswer.Allowed;
        ServiceRule? atBest = First(use, untoldGrants: true);
        if (!Grants(atBest))
            return ServiceAnswer.Refused;
        rule ??= atBest;
        return ServiceAnswer.Untold;
    }

    private ServiceRule? First(ServiceUse use, bool untoldGrants) =>
        Array.Find(_allow, rule => rule.Matches(use, untoldGrants)) ?? Array.Find(_deny, rule => rule.Matches(use, untoldGrants));

    private bool Grants(ServiceRule? deciding) => deciding?.Grants ?? (_allow.Length == 0 || _deny.Length > 0);

    /// <summary>As the directory has it.</summary>
    public override string ToString() => _text;
}

internal enum ServiceAnswer
{
    Allowed,
    Refused,

    /// <summary>The client's name decides, and is not known.</summary>
    Untold,
}

using System.Text;
using DirMail.Ldap;
using DirMail.Mail;

namespace DirMail.Routing.Table;

/// <summary>
/// inetDomainSearchFilter: which user of its domain a login name means, in place of the uid. %U is the name without its domain, %V the domain's canonical name, %o the name as
/// typed. Answered from the table's indexes and never by looking through the domain: so it must ask for a uid or an address.
/// </summary>
internal sealed class LoginFilter
{
    private readonly LdapFilter _template;
    private readonly AttributeNames _names;
    private readonly MemberFilter _filter;

    private LoginFilter(LdapFilter template, AttributeNames names) => (_template, _names, _filter) = (template, names, new(names));

    /// <summary>Nobody: what a filter means that cannot be evaluated.</summary>
    public static LoginFilter OfNobody(AttributeNames names) => new(new LdapFilter.Or([]), names);

    /// <summary>Null with the reason when it cannot be evaluated.</summary>
    public static LoginFilter? Read(string text, AttributeNames names, out string fault)
    {
        if (!LdapFilter.TryParse(text, out LdapFilter? template, out string? error))
            fault = $"no search filter: {error}";
        else if (new MemberFilter(names).Unanswerable(template!) is { } unanswerable)
            fault = unanswerable;
        else if (!AreKnown(template!))
            fault = "only %U, %V and %o may stand in it, each in a whole value";
        else
            fault = new LoginFilter(template!, names).IsNarrow(template!) ? "" : $"it must ask for a {names.Uid} or an address";
        return fault.Length == 0 ? new(template!, names) : null;
    }

    /// <summary>Null when it means nobody, or several.</summary>
    public MailUser? Find(DomainRow domain, string uid, string login)
    {
        LdapFilter filter = Filled(_template, (uid, domain.Domain.Name, login));
        UserRow[] found = [.. Candidates(filter, domain).OfType<UserRow>().Where(row => _filter.Matches(filter, row)).DistinctBy(static row => row.Id)];
        return found is [var one] ? one.User : null;
    }

    /// <summary>Everyone whom the filter can match, found by uid and address.</summary>
    private IEnumerable<Row> Candidates(LdapFilter filter, DomainRow domain) => filter switch
    {
        LdapFilter.And and => Candidates(and.Parts.First(IsNarrow), domain),
        LdapFilter.Or or => or.Parts.SelectMany(part => Candidates(part, domain)),
        LdapFilter.Equal equal when Names(_names.Uid, equal.Attribute) => domain.Uids.Find(Text(equal).ToLowerInvariant())?.Holders ?? [],
        LdapFilter.Equal equal => MailAddress.TryParse(Text(equal), out MailAddress address) && domain.Domain.Names.Contains(address.DomainKey) ? domain.Addresses.Find(address.LocalKey)?.Holders ?? [] : [],
        _ => [],
    };

    private bool IsNarrow(LdapFilter filter) => filter switch
    {
        LdapFilter.And and => and.Parts.Any(IsNarrow),
        LdapFilter.Or or => or.Parts.All(IsNarrow),
        LdapFilter.Equal equal => new[] { _names.Uid, _names.Mail, _names.AlternateAddress, _names.LocalAddress, _names.EquivalentAddress }.Any(name => Names(name, equal.Attribute)),
        _ => false,
    };

    private static bool AreKnown(LdapFilter filter) => filter switch
    {
        LdapFilter.And and => and.Parts.All(AreKnown),
        LdapFilter.Or or => or.Parts.All(AreKnown),
        LdapFilter.Not not => AreKnown(not.Part),
        LdapFilter.Equal equal => !Text(equal).Replace("%U", "", StringComparison.Ordinal).Replace("%V", "", StringComparison.Ordinal).Replace("%o", "", StringComparison.Ordinal).Contains('%'),
        _ => !filter.ToString().Contains('%'),
    };

    /// <summary>What was typed stands in values only, each a value of its own: it cannot become a part of the filter.</summary>
    private static LdapFilter Filled(LdapFilter filter, (string Uid, string Domain, string Login) typed) => filter switch
    {
        LdapFilter.And and => new LdapFilter.And([.. and.Parts.Select(part => Filled(part, typed))]),
        LdapFilter.Or or => new LdapFilter.Or([.. or.Parts.Select(part => Filled(part, typed))]),
        LdapFilter.Not not => new LdapFilter.Not(Filled(not.Part, typed)),
        LdapFilter.Equal equal => LdapFilter.Is(equal.Attribute, Filled(Text(equal), typed)),
        _ => filter,
    };

    /// <summary>In one pass: a name that itself has a % stays as it was typed.</summary>
    private static string Filled(string value, (string Uid, string Domain, string Login) typed)
    {
        var filled = new StringBuilder();
        for (int i = 0; i < value.Length; i++)
            if (value[i] != '%' || i + 1 == value.Length)
                filled.Append(value[i]);
            else
                filled.Append(value[++i] switch { 'U' => typed.Uid, 'V' => typed.Domain, _ => typed.Login });
        return filled.ToString();
    }

    private static string Text(LdapFilter.Equal equal) => Encoding.UTF8.GetString(equal.Value);

    private static bool Names(string name, string attribute) => name.Equals(attribute, StringComparison.OrdinalIgnoreCase);
}

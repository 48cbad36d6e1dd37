using System.Collections.Immutable;
using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Mail;
using DirMail.Routing.Table;

namespace DirMail.Routing.Entries;

/// <summary>Reads who may post to a group. What cannot be read never lets anyone post who otherwise might not.</summary>
internal sealed class PostingReader(EntryValues values, AttributeNames names)
{
    private string? _unmet;

    /// <summary>Null: anyone may.</summary>
    public PostingRules? Read()
    {
        string[] all = [names.AllowedBroadcaster, names.DisallowedBroadcaster, names.AllowedDomain, names.DisallowedDomain, names.BroadcasterPolicy];
        if (!all.Any(values.Has))
            return null;
        (bool needsLogin, bool anyAllows) = Policy();
        return new PostingRules
        {
            Allowed = values.Has(names.AllowedBroadcaster) ? Posters(names.AllowedBroadcaster, forbids: false) : null,
            AllowedDomains = values.Has(names.AllowedDomain) ? Patterns(names.AllowedDomain, forbids: false) : null,
            Disallowed = Posters(names.DisallowedBroadcaster, forbids: true),
            DisallowedDomains = Patterns(names.DisallowedDomain, forbids: true),
            NeedsLogin = needsLogin,
            AnyAllows = anyAllows,
            Answer = Responses.MayNotPost.Saying(values.Text(names.RejectText)),
            Moderators = RejectsToModerator() ? Posters(names.Moderator, forbids: false) : [],
            Unmet = _unmet,
        };
    }

    /// <summary>Members and posters by LDAP URL, and posters by DN; null and the reason when the table cannot answer it.</summary>
    public static MemberSearch? Search(string text, AttributeNames names, out string fault)
    {
        fault = "";
        if (!LdapUrl.TryParse(text, out LdapUrl? url, out string error))
            fault = error;
        else if (url!.Host.Length > 0)
            fault = $"'{EntryValues.Shown(url.Host)}' may be another directory: only ldap:/// is searched";
        else
            fault = new MemberFilter(names).Unanswerable(url.Filter) ?? "";
        return fault.Length == 0 ? new(text, url!.Base.Normal, url.Scope, url.Filter) : null;
    }

    private (bool NeedsLogin, bool AnyAllows) Policy()
    {
        (bool needsLogin, bool anyAllows) = (false, false);
        foreach (string word in values.All(names.BroadcasterPolicy).SelectMany(static value => value.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries)))
            switch (word.ToUpperInvariant())
            {
                case "SMTP_AUTH_REQUIRED" or "SMTP_AUTH_USED" or "AUTH_REQ" or "AUTH_USED":
                    needsLogin = true;
                    break;
                case "OR":
                    anyAllows = true;
                    break;
                case "AND" or "NO_REQUIREMENTS" or "NO_REQ":
                    break;
                case "PASSWORD_REQUIRED" or "PASSWD_REQUIRED" or "PASSWD_REQ":
                    Forbid(names.BroadcasterPolicy, $"'{word}': a password in the message is not evaluated: nobody may post to the group");
                    break;
                default:
                    Forbid(names.BroadcasterPolicy, $"'{EntryValues.Shown(word)}' is no known requirement: nobody may post to the group");
                    break;
            }
        return (needsLogin, anyAllows);
    }

    private ImmutableArray<Posters> Posters(string attribute, bool forbids)
    {
        ImmutableArray<Posters>.Builder found = ImmutableArray.CreateBuilder<Posters>();
        foreach (string text in values.All(attribute))
            if (Poster(text, out string fault) is { } poster)
                found.Add(poster);
            else
                Unreadable(attribute, text, fault, forbids);
        return found.ToImmutable();
    }

    private Posters? Poster(string text, out string fault)
    {
        fault = "neither an address, nor an LDAP URL, nor a distinguished name";
        if (text.StartsWith("ldap:", StringComparison.OrdinalIgnoreCase))
            return Search(text, names, out fault) is { } search ? new(null, search) : null;
        string address = text.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase) ? Uri.UnescapeDataString(text[7..].Split('?')[0]) : text;
        if (MailAddress.TryParse(address, out MailAddress one))
            return new(one, null);
        return Dn.TryParse(text, out Dn? dn) && !dn!.IsRoot ? new(null, new(text, dn.Normal, LdapScope.Base, LdapFilter.Everything)) : null;
    }

    private ImmutableArray<string> Patterns(string attribute, bool forbids)
    {
        ImmutableArray<string>.Builder found = ImmutableArray.CreateBuilder<string>();
        foreach (string text in values.All(attribute))
            if (Glob.IsPattern(text))
                found.Add(text.ToLowerInvariant());
            else if (MailAddress.TryDomainKey(text, out string key))
                found.Add(key);
            else
                Unreadable(attribute, text, "no domain name", forbids);
        return found.ToImmutable();
    }

    private bool RejectsToModerator()
    {
        bool isAsked = false;
        foreach (string text in values.All(names.RejectAction))
            if (text.Equals("toModerator", StringComparison.OrdinalIgnoreCase))
                isAsked = true;
            else if (!text.Equals("reply", StringComparison.OrdinalIgnoreCase))
                values.Problem(names.RejectAction, $"'{EntryValues.Shown(text)}' is neither reply nor toModerator: taken as reply");
        if (isAsked && !values.Has(names.Moderator))
            values.Problem(names.RejectAction, $"toModerator without {names.Moderator}: taken as reply");
        return isAsked;
    }

    private void Unreadable(string attribute, string text, string fault, bool forbids)
    {
        string told = $"'{EntryValues.Shown(text)}' cannot be used: {fault}";
        if (forbids)
            Forbid(attribute, told + ": nobody may post to the group");
        else
            values.Problem(attribute, told);
    }

    private void Forbid(string attribute, string told)
    {
        values.Problem(attribute, told);
        _unmet ??= attribute;
    }
}

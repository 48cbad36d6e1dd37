using DirMail.Ldap.Tree.Schema;

namespace DirMail.Ldap.Tree;

/// <summary>
/// Evaluates a filter on an entry with three values (RFC 4511 4.5.1.7): null is Undefined. An attribute that is not in the schema, a value that has not
/// the syntax, or an attribute the requester may not search makes its part Undefined, so it neither matches nor matches negated.
/// </summary>
internal static class FilterMatch
{
    public delegate bool MaySearch(TreeEntry entry, AttributeType type, byte[]? value);

    public static bool? Test(LdapFilter filter, TreeEntry entry, DirectorySchema schema, MaySearch? maySearch = null) =>
        Test(filter, new Subject(entry, schema, maySearch ?? ((_, _, _) => true)));

    private static bool? Test(LdapFilter filter, Subject subject) => filter switch
    {
        LdapFilter.And and => All(and.Parts, subject),
        LdapFilter.Or or => Any(or.Parts, subject),
        LdapFilter.Not not => !Test(not.Part, subject),
        LdapFilter.Present present => subject.Test(present.Attribute, null, (_, _) => true),
        LdapFilter.Equal equal => Equality(equal.Attribute, equal.Value, subject),
        LdapFilter.Approximate approximate => Equality(approximate.Attribute, approximate.Value, subject),
        LdapFilter.GreaterOrEqual greater => Order(greater.Attribute, greater.Value, subject, c => c >= 0),
        LdapFilter.LessOrEqual less => Order(less.Attribute, less.Value, subject, c => c <= 0),
        LdapFilter.Substring substring => Substring(substring, subject),
        LdapFilter.Extensible extensible => Extensible(extensible, subject),
        _ => null,
    };

    private static bool? All(IReadOnlyList<LdapFilter> parts, Subject subject)
    {
        bool? result = true;
        foreach (LdapFilter part in parts)
        {
            bool? one = Test(part, subject);
            if (one == false)
                return false;
            result &= one;
        }
        return result;
    }

    private static bool? Any(IReadOnlyList<LdapFilter> parts, Subject subject)
    {
        bool? result = false;
        foreach (LdapFilter part in parts)
        {
            bool? one = Test(part, subject);
            if (one == true)
                return true;
            result |= one;
        }
        return result;
    }

    private static bool? Equality(string description, byte[] value, Subject subject)
    {
        if (subject.Schema.Attribute(description) is not { Equality: { } rule } type || rule.Normalize(value) is not string wanted)
            return null;
        if (ReferenceEquals(type, subject.Schema.ObjectClassAttribute))
            return subject.Schema.Class(wanted) is { } named ? subject.Test(description, value, (_, _) => subject.IsOf(named)) : null;
        return subject.Test(description, value, (_, own) => rule.Normalize(own) == wanted);
    }

    private static bool? Order(string description, byte[] value, Subject subject, Func<int, bool> fits)
    {
        if (subject.Schema.Attribute(description) is not { Ordering: { } rule } || rule.Normalize(value) is not string wanted)
            return null;
        return subject.Test(description, value, (_, own) => rule.Normalize(own) is string mine && fits(rule.Order(mine, wanted)));
    }

    private static bool? Substring(LdapFilter.Substring filter, Subject subject)
    {
        if (subject.Schema.Attribute(filter.Attribute) is not { Substring: { } rule })
            return null;
        string? initial = filter.Initial is null ? "" : rule.NormalizeFragment(filter.Initial)?.TrimStart(' ');
        string? final = filter.Final is null ? "" : rule.NormalizeFragment(filter.Final)?.TrimEnd(' ');
        string?[] any = [.. filter.Any.Select(rule.NormalizeFragment)];
        if (initial is null || final is null || any.Contains(null))
            return null;
        return subject.Test(filter.Attribute, null, (_, own) => rule.Normalize(own) is string text && Contains(text, initial, any!, final));
    }

    private static bool Contains(string text, string initial, string[] any, string final)
    {
        if (!text.StartsWith(initial, StringComparison.Ordinal))
            return false;
        int at = initial.Length;
        foreach (string part in any)
        {
            int found = text.IndexOf(part, at, StringComparison.Ordinal);
            if (found < 0)
                return false;
            at = found + part.Length;
        }
        return text.Length - at >= final.Length && text.EndsWith(final, StringComparison.Ordinal);
    }

    /// <summary>Without an attribute: every one that has the rule (RFC 4511 4.5.1.7.7). ":dn:" also looks at the pairs of the name, by the same rule.</summary>
    private static bool? Extensible(LdapFilter.Extensible filter, Subject subject)
    {
        AttributeType? type = filter.Attribute is null ? null : subject.Schema.Attribute(filter.Attribute);
        MatchingRule? rule = filter.Rule is null ? type?.Equality : MatchingRule.Find(filter.Rule);
        if (rule is null || (type is null && filter.Attribute is not null) || rule.Normalize(filter.Value) is not string wanted)
            return null;
        bool? inEntry = filter.Attribute is null
            ? subject.TestAll(rule, filter.Value, wanted) : subject.Test(filter.Attribute, filter.Value, (_, own) => rule.Normalize(own) == wanted);
        return inEntry == true || !filter.MatchesDn || inEntry is null ? inEntry : subject.InName(type, rule, wanted);
    }

    /// <summary>What a filter is tested on.</summary>
    private readonly record struct Subject(TreeEntry Entry, DirectorySchema Schema, MaySearch MaySearch)
    {
        /// <summary>Whether a value of the attribute, of one of its subtypes or of it with options passes the test.</summary>
        public bool? Test(string description, byte[]? asserted, Func<AttributeType, byte[], bool> passes)
        {
            if (Schema.Attribute(description) is not { } type || !MaySearch(Entry, type, asserted))
                return null;
            bool withOptions = description.Contains(';', StringComparison.Ordinal);
            foreach (TreeAttribute attribute in Entry.Attributes)
            {
                if (withOptions ? !attribute.Description.Equals(description, StringComparison.OrdinalIgnoreCase) : !attribute.Type.IsA(type))
                    continue;
                if (!ReferenceEquals(attribute.Type, type) && !MaySearch(Entry, attribute.Type, asserted))
                    continue;
                foreach (byte[] value in attribute.Values)
                    if (passes(attribute.Type, value))
                        return true;
            }
            return false;
        }

        public bool IsOf(ObjectClass wanted) => Entry.IsOf(wanted, Schema);

        /// <summary>Whether a value of any attribute that has the rule, and may be searched, is that one.</summary>
        public bool TestAll(MatchingRule rule, byte[] asserted, string wanted)
        {
            foreach (TreeAttribute attribute in Entry.Attributes)
                if (attribute.Type.Has(rule) && MaySearch(Entry, attribute.Type, asserted) && attribute.Values.Any(own => rule.Normalize(own) == wanted))
                    return true;
            return false;
        }

        /// <param name="type">Null: pairs of every type that has the rule.</param>
        public bool InName(AttributeType? type, MatchingRule rule, string wanted)
        {
            for (Dn? name = Entry.Dn; name is { IsRoot: false }; name = name.Parent)
                foreach ((string pairType, string pairValue) in name.Rdn)
                    if (Schema.Attribute(pairType) is { } own && (type is null ? own.Has(rule) : own.IsA(type)) && rule.Normalize(System.Text.Encoding.UTF8.GetBytes(pairValue)) == wanted)
                        return true;
            return false;
        }
    }
}

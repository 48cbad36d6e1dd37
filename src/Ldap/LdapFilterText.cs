using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace DirMail.Ldap;

/// <summary>Filters as RFC 4515 text.</summary>
internal static class LdapFilterText
{
    public static string Write(LdapFilter filter)
    {
        var text = new StringBuilder();
        Append(text, filter);
        return text.ToString();
    }

    private static void Append(StringBuilder text, LdapFilter filter)
    {
        text.Append('(');
        switch (filter)
        {
            case LdapFilter.And and: AppendAll(text.Append('&'), and.Parts); break;
            case LdapFilter.Or or: AppendAll(text.Append('|'), or.Parts); break;
            case LdapFilter.Not not: Append(text.Append('!'), not.Part); break;
            case LdapFilter.Equal equal: AppendValue(text.Append(equal.Attribute).Append('='), equal.Value); break;
            case LdapFilter.GreaterOrEqual more: AppendValue(text.Append(more.Attribute).Append(">="), more.Value); break;
            case LdapFilter.LessOrEqual less: AppendValue(text.Append(less.Attribute).Append("<="), less.Value); break;
            case LdapFilter.Approximate near: AppendValue(text.Append(near.Attribute).Append("~="), near.Value); break;
            case LdapFilter.Present present: text.Append(present.Attribute).Append("=*"); break;
            case LdapFilter.Substring substring: AppendSubstring(text, substring); break;
            case LdapFilter.Extensible extensible: AppendExtensible(text, extensible); break;
        }
        text.Append(')');
    }

    private static void AppendAll(StringBuilder text, IReadOnlyList<LdapFilter> parts)
    {
        foreach (LdapFilter part in parts)
            Append(text, part);
    }

    private static void AppendSubstring(StringBuilder text, LdapFilter.Substring substring)
    {
        AppendValue(text.Append(substring.Attribute).Append('='), substring.Initial ?? []);
        text.Append('*');
        foreach (byte[] any in substring.Any)
        {
            AppendValue(text, any);
            text.Append('*');
        }
        AppendValue(text, substring.Final ?? []);
    }

    private static void AppendExtensible(StringBuilder text, LdapFilter.Extensible extensible)
    {
        text.Append(extensible.Attribute).Append(extensible.MatchesDn ? ":dn" : "");
        if (extensible.Rule is not null)
            text.Append(':').Append(extensible.Rule);
        AppendValue(text.Append(":="), extensible.Value);
    }

    private static void AppendValue(StringBuilder text, byte[] value)
    {
        if (!Utf8.IsValid(value))
        {
            foreach (byte octet in value)
                AppendEscaped(text, octet);
            return;
        }
        foreach (char c in Encoding.UTF8.GetString(value))
        {
            if (c is '*' or '(' or ')' or '\\' or < ' ' or (char)127)
                AppendEscaped(text, (byte)c);
            else
                text.Append(c);
        }
    }

    private static void AppendEscaped(StringBuilder text, byte octet) => text.Append(CultureInfo.InvariantCulture, $"\\{octet:x2}");
}

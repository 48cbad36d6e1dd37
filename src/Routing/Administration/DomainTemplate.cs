using System.Text;
using System.Text.RegularExpressions;
using DirMail.Ldap;
using DirMail.Ldap.Ldif;

namespace DirMail.Routing;

/// <summary>
/// ldif/new-domain.ldif, which is part of this assembly: what a new domain consists of stands there and nowhere else. A line whose %WORD% has several values is written
/// once for each, one whose word has none is left out; a record with %ADMIN% in its name is made for each administrator.
/// </summary>
internal static partial class DomainTemplate
{
    public const string Admin = "ADMIN";

    /// <summary>The tree that the template stands in.</summary>
    private const string TemplateRoot = "o=hosting";

    public static string Standard { get; } = Read();

    /// <param name="words">Values of each word; every word of the template must be among them.</param>
    public static Administered<List<LdifRecord.Content>> Fill(string template, IReadOnlyDictionary<string, IReadOnlyList<string>> words, string root)
    {
        if (Words().Matches(template).Select(m => m.Groups[1].Value).FirstOrDefault(w => !words.ContainsKey(w)) is { } unknown)
            return new Refusal($"the template has the word %{unknown}%, and only these are known: {string.Join(", ", words.Keys.Select(w => $"%{w}%"))}");
        var filled = new List<LdifRecord.Content>();
        using var reader = new StringReader(template.Replace(TemplateRoot, root, StringComparison.Ordinal));
        foreach (LdifItem item in LdifReader.Read(reader))
        {
            if (item is not LdifItem.Read { Record: LdifRecord.Content record })
                return new Refusal($"the template, {item}");
            bool isPerAdministrator = record.Dn.Text.Contains($"%{Admin}%", StringComparison.Ordinal);
            foreach (IReadOnlyList<string> admins in isPerAdministrator ? words[Admin].Select(a => (IReadOnlyList<string>)[a]) : [words[Admin]])
                filled.Add(Fill(record, new Dictionary<string, IReadOnlyList<string>>(words) { [Admin] = admins }));
        }
        return filled;
    }

    private static LdifRecord.Content Fill(LdifRecord.Content record, IReadOnlyDictionary<string, IReadOnlyList<string>> words)
    {
        var attributes = new List<LdapAttribute>();
        foreach (LdapAttribute attribute in record.Attributes)
            if (attribute.Values.SelectMany(v => Fill(Encoding.UTF8.GetString(v), words)).Distinct().ToArray() is { Length: > 0 } values)
                attributes.Add(new(attribute.Description, values));
        return new(Dn.Parse(Fill(record.Dn.Text, words).Single()), attributes, record.Line);
    }

    /// <summary>The line for each value of its word; words with one value stand beside it.</summary>
    private static IEnumerable<string> Fill(string line, IReadOnlyDictionary<string, IReadOnlyList<string>> words)
    {
        if (Words().Match(line) is not { Success: true } found)
            return [line];
        return words[found.Groups[1].Value].SelectMany(value => Fill(line.Replace(found.Value, value, StringComparison.Ordinal), words));
    }

    private static string Read()
    {
        using Stream stream = typeof(DomainTemplate).Assembly.GetManifestResourceStream("new-domain.ldif")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>Comments are not looked at.</summary>
    [GeneratedRegex("(?<!^#.*)%([A-Z]+)%", RegexOptions.Multiline)]
    private static partial Regex Words();
}

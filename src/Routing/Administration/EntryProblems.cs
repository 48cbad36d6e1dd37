using DirMail.Ldap;
using DirMail.Ldap.Ldif;
using DirMail.Mail;
using DirMail.Routing.Entries;
using DirMail.Routing.Table;

namespace DirMail.Routing;

/// <summary>What DirMail itself would complain of in an entry, asked before it is written: the readers of the routing table are the judges.</summary>
internal static class EntryProblems
{
    public static IReadOnlyList<DirectoryProblem> Of(LdapEntry entry, TableSettings settings)
    {
        EntryReading reading = EntryReader.Read(new EntryId(Guid.Empty), entry, 0, settings);
        return reading.Domain?.Problems ?? reading.Row?.All.Problems ?? [];
    }

    /// <summary>The first problem with one of the attributes (none named: with any), as a sentence; null: none. That an attribute has no effect yet is none: it is kept for when it has.</summary>
    public static string? FirstOf(LdapEntry entry, DirectorySettings settings, params IEnumerable<string> attributes)
    {
        string[] asked = [.. attributes];
        return Of(entry, TableSettings.From(settings, TimeProvider.System))
            .Where(p => !p.IsWithoutEffect && (asked.Length == 0 || asked.Contains(p.Attribute, StringComparer.OrdinalIgnoreCase))).Select(p => $"{p.Attribute}: {p.Text}").FirstOrDefault();
    }

    public static string? FirstOf(IEnumerable<LdifRecord.Content> records, DirectorySettings settings) =>
        records.Select(r => FirstOf(new LdapEntry(r.Dn, r.Attributes), settings)).FirstOrDefault(p => p is not null);
}

using System.Globalization;
using DirMail.Ldap;
using DirMail.Mail;
using DirMail.Routing.Entries;

namespace DirMail.Routing.Following;

/// <summary>What polling reads of an entry besides its content.</summary>
/// <param name="Id">The identity that content synchronisation would give: 389 Directory Server's is its nsUniqueId, also where it has an entryUUID; all others' is the entryUUID.</param>
/// <param name="Modified">By the directory's own clock, in whole seconds.</param>
/// <param name="Version">Differs when anything of the entry changed, its name included: a change that shows nothing else is a password's.</param>
internal readonly record struct EntryStamp(EntryId Id, DateTimeOffset Modified, ulong Version)
{
    private const string EntryUuid = "entryUUID", UniqueId = "nsUniqueId", ModifyTimestamp = "modifyTimestamp";
    private const string TimeFormat = "yyyyMMddHHmmss";

    // Finer than a second, where there is one: OpenLDAP's change number, and that of the USN plugin of 389 Directory Server.
    private static readonly string[] Versions = [ModifyTimestamp, "entryCSN", "entryusn"];

    /// <summary>What a search must ask for.</summary>
    public static IReadOnlyList<string> Attributes { get; } = [EntryUuid, UniqueId, .. Versions];

    /// <exception cref="LdapException">Neither id, or no time: such a directory cannot be followed, and guessing would lose mail.</exception>
    public static EntryStamp Of(LdapEntry entry)
    {
        if (IdOf(entry) is not { } id)
            throw new LdapException($"{entry.Dn.Text} shows neither {EntryUuid} nor {UniqueId}: the directory cannot be followed; let the service account read them");
        if (entry.First(ModifyTimestamp) is not { } time || !TryReadTime(time, out DateTimeOffset modified))
            throw new LdapException($"{entry.Dn.Text} shows no {ModifyTimestamp}: the directory offers no content synchronisation and cannot be polled; let the service account read it");
        return new(new EntryId(id), modified, VersionOf(entry));
    }

    /// <summary>The entry as content synchronisation would give it: without what changes at every modify.</summary>
    public static LdapEntry Content(LdapEntry entry) => new(entry.Dn, [.. entry.Attributes.Where(a => !IsStamp(a.Description))]);

    /// <summary>The first fourteen digits of a GeneralizedTime (RFC 4517 3.3.13); directories write their own in UTC.</summary>
    public static bool TryReadTime(string text, out DateTimeOffset time)
    {
        time = default;
        return text.Length > TimeFormat.Length
            && DateTimeOffset.TryParseExact(text.AsSpan(0, TimeFormat.Length), TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
    }

    public static string WriteTime(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture) + "Z";

    private static Guid? IdOf(LdapEntry entry) =>
        entry.First(UniqueId) is { } unique && Guid.TryParseExact(unique.Replace("-", "", StringComparison.Ordinal), "N", out Guid id) ? id
        : Guid.TryParse(entry.First(EntryUuid), out id) ? id
        : null;

    private static ulong VersionOf(LdapEntry entry) => EntryDigest.Of(new LdapEntry(entry.Dn, [.. entry.Attributes.Where(a => Versions.Contains(a.Description, StringComparer.OrdinalIgnoreCase))]));

    private static bool IsStamp(string description) =>
        description.Equals(UniqueId, StringComparison.OrdinalIgnoreCase) || Versions.Contains(description, StringComparer.OrdinalIgnoreCase);
}

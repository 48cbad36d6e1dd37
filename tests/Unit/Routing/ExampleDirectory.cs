using System.Security.Cryptography;
using System.Text;
using DirMail.Ldap;
using DirMail.Ldap.Ldif;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Routing.Table;

namespace DirMail.Unit.Routing;

/// <summary>ldif/example.ldif in memory, to be changed entry by entry; every change goes through the builder as a push would. For tests of all projects.</summary>
internal sealed class ExampleDirectory
{
    private readonly Dictionary<string, LdapEntry> _entries = [];
    private readonly Dictionary<string, EntryId> _ids = [];

    private ExampleDirectory(DirectorySettings settings, TimeProvider clock)
    {
        Live = new LiveTable(settings, clock);
        Live.Changed += change => LastChange = change;
    }

    public static DirectorySettings Settings { get; } = new() { Urls = ["ldap://127.0.0.1:1"], HostDomain = "abc.com", HostName = "mail.abc.com" };

    public LiveTable Live { get; }
    public RoutingTable Table => Live.Current;
    public TableChanged? LastChange { get; private set; }

    /// <param name="beforeFirst">Called before the first table is in force.</param>
    public static ExampleDirectory Load(DirectorySettings? settings = null, TimeProvider? clock = null, Action<ExampleDirectory>? beforeFirst = null)
    {
        ExampleDirectory directory = NotLoaded(settings, clock);
        beforeFirst?.Invoke(directory);
        directory.Reload();
        return directory;
    }

    /// <summary>As before a first directory was reached: <see cref="Reload"/> loads it.</summary>
    public static ExampleDirectory NotLoaded(DirectorySettings? settings = null, TimeProvider? clock = null)
    {
        var directory = new ExampleDirectory(settings ?? Settings, clock ?? TimeProvider.System);
        using StreamReader file = File.OpenText(ExampleFile());
        foreach (LdifItem item in LdifReader.Read(file))
        {
            var content = (LdifRecord.Content)((LdifItem.Read)item).Record;
            directory._entries[content.Dn.Normal] = new(content.Dn, [.. content.Attributes.Where(a => a.Description != "userPassword")]);
        }
        return directory;
    }

    /// <summary>The id that the entry of that name has in these tests.</summary>
    public static EntryId IdOf(string dn) => new(new Guid(MD5.HashData(Encoding.UTF8.GetBytes(Dn.Parse(dn).Normal))));

    public static string UserDn(string uid, string domain) => $"uid={uid},ou=People,o={domain},o=hosting";

    public MailUser User(string uid, string domain) => Table.FindUser(IdOf(UserDn(uid, domain)))!;

    public VirtualDomain Domain(string name) => Table.FindDomain(name)!;

    /// <summary>Everything anew, as after a full refresh.</summary>
    public void Reload()
    {
        var builder = new TableBuilder(Table);
        builder.BeginRefresh(isFull: true);
        foreach (LdapEntry entry in _entries.Values)
            builder.Upsert(_ids.GetValueOrDefault(entry.Dn.Normal, IdOf(entry.Dn.Text)), entry);
        builder.EndRefresh(removeUnseen: true);
        Live.Publish(builder.Build(DateTimeOffset.UnixEpoch));
    }

    /// <summary>Sets one attribute (no values: removes it) and pushes the entry.</summary>
    public void Set(string dn, string attribute, params string[] values)
    {
        LdapEntry old = _entries[Dn.Parse(dn).Normal];
        List<LdapAttribute> attributes = [.. old.Attributes.Where(a => !a.Description.Equals(attribute, StringComparison.OrdinalIgnoreCase))];
        if (values.Length > 0)
            attributes.Add(new LdapAttribute(attribute, values));
        Push(new LdapEntry(old.Dn, attributes));
    }

    public void Add(string dn, params (string Attribute, string Value)[] values) =>
        Push(new LdapEntry(Dn.Parse(dn), [.. values.GroupBy(v => v.Attribute).Select(g => new LdapAttribute(g.Key, [.. g.Select(v => v.Value)]))]));

    public void AddDomain(string name, params (string Attribute, string Value)[] values) =>
        Add($"o={name},o=hosting", [("objectClass", "inetDomain"), ("objectClass", "mailDomain"), ("associatedDomain", name), .. values]);

    public void AddUser(string uid, string domain, params (string Attribute, string Value)[] values) =>
        Add(UserDn(uid, domain), [("objectClass", "inetMailUser"), ("uid", uid), ("mail", $"{uid}@{domain}"), .. values]);

    public void AddGroup(string name, string domain, params (string Attribute, string Value)[] values) =>
        Add($"cn={name},ou=Groups,o={domain},o=hosting", [("objectClass", "inetMailGroup"), ("cn", name), ("mail", $"{name}@{domain}"), .. values]);

    /// <summary>Pushes the entry as it is.</summary>
    public void PushAgain(string dn) => Push(_entries[Dn.Parse(dn).Normal]);

    public void Remove(string dn)
    {
        _entries.Remove(Dn.Parse(dn).Normal);
        var builder = new TableBuilder(Table);
        builder.Delete(IdOf(dn));
        Live.Publish(builder.Build(DateTimeOffset.UnixEpoch));
    }

    /// <summary>They are not there any more at the next full refresh; too many are held back.</summary>
    public void RemoveInRefresh(IEnumerable<string> dns)
    {
        foreach (string dn in dns)
            _entries.Remove(Dn.Parse(dn).Normal);
        var builder = new TableBuilder(Table, new RecentRemovals(TimeProvider.System));
        builder.BeginRefresh(isFull: true);
        foreach (LdapEntry entry in _entries.Values)
            builder.Upsert(IdOf(entry.Dn.Text), entry);
        builder.EndRefresh(removeUnseen: true);
        Live.Publish(builder.Build(DateTimeOffset.UnixEpoch));
    }

    /// <summary>What ldapdelete and ldapadd of the same entry do: the old entry goes, then one with another id has its name.</summary>
    public EntryId Replace(string dn)
    {
        LdapEntry entry = _entries[Dn.Parse(dn).Normal];
        Remove(dn);
        return AddAnother(entry);
    }

    /// <summary>Both within one refresh, the new one first, as a reload while the follower was away looks.</summary>
    public EntryId ReplaceInRefresh(string dn)
    {
        var id = new EntryId(Guid.NewGuid());
        var builder = new TableBuilder(Table);
        builder.BeginRefresh(isFull: true);
        foreach (LdapEntry entry in _entries.Values)
            builder.Upsert(entry.Dn.Normal == Dn.Parse(dn).Normal ? id : IdOf(entry.Dn.Text), entry);
        builder.EndRefresh(removeUnseen: true);
        Live.Publish(builder.Build(DateTimeOffset.UnixEpoch));
        return id;
    }

    public EntryId AddAnother(LdapEntry entry)
    {
        var id = new EntryId(Guid.NewGuid());
        var builder = new TableBuilder(Table);
        builder.Upsert(id, entry);
        Live.Publish(builder.Build(DateTimeOffset.UnixEpoch));
        return id;
    }

    /// <summary>Before the first table: the entry has another id than <see cref="IdOf"/> says.</summary>
    public void ReplaceBeforeLoad(string dn, EntryId id) => _ids[Dn.Parse(dn).Normal] = id;

    public LdapEntry Entry(string dn) => _entries[Dn.Parse(dn).Normal];

    /// <summary>The same entry under another name.</summary>
    public void Move(string dn, string newDn)
    {
        LdapEntry old = _entries[Dn.Parse(dn).Normal];
        _entries.Remove(Dn.Parse(dn).Normal);
        var moved = new LdapEntry(Dn.Parse(newDn), old.Attributes);
        _entries[moved.Dn.Normal] = moved;
        var builder = new TableBuilder(Table);
        builder.Upsert(IdOf(dn), moved);
        Live.Publish(builder.Build(DateTimeOffset.UnixEpoch));
    }

    public static MailAddress Address(string text) => MailAddress.TryParse(text, out MailAddress address) ? address : throw new FormatException(text);

    public void Push(LdapEntry entry)
    {
        _entries[entry.Dn.Normal] = entry;
        var builder = new TableBuilder(Table);
        builder.Upsert(IdOf(entry.Dn.Text), entry);
        Live.Publish(builder.Build(DateTimeOffset.UnixEpoch));
    }

    public static string ExampleFile() => Architecture.Checkout.PathOf("ldif/example.ldif");
}

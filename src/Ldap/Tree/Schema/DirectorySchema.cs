using System.Collections.Concurrent;

namespace DirMail.Ldap.Tree.Schema;

/// <summary>Attribute types and object classes by name and number. Immutable; one instance for the process.</summary>
internal sealed class DirectorySchema
{
    private static readonly HashSet<string> s_indexed =
    [
        "objectClass", "entryUUID", "uid", "mail", "mailAlternateAddress", "mailEquivalentAddress", "associatedDomain", "inetCanonicalDomainName",
        "mailDomainVirtualAddress", "mailUserVirtualAddress", "uniqueMember", "member",
    ];

    /// <summary>Clients name the sets: no more than that are kept.</summary>
    private const int MaxSets = 1000;

    private readonly Dictionary<string, AttributeType> _attributes = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, ObjectClass> _classes = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, ClassSet> _sets = new(StringComparer.Ordinal);
    private readonly List<AttributeType> _attributeList = [];
    private readonly List<ObjectClass> _classList = [];

    /// <summary>The standard definitions and those of <c>schema/dirmail.ldif</c>.</summary>
    public static DirectorySchema DirMail { get; } = new SchemaFile().Read("standard.ldif").Read("dirmail.ldif").Schema;

    /// <summary>What entries of a set of classes must and may have; kept, for there are few sets.</summary>
    public ClassSet Set(TreeEntry entry)
    {
        string key = string.Join('$', entry.Classes(this).Select(c => c.Oid));
        if (_sets.TryGetValue(key, out ClassSet? known))
            return known;
        var made = new ClassSet(entry.Classes(this));
        if (_sets.Count < MaxSets)
            _sets[key] = made;
        return made;
    }

    public IReadOnlyList<AttributeType> Attributes => _attributeList;
    public IReadOnlyList<ObjectClass> Classes => _classList;

    public AttributeType ObjectClassAttribute => field ??= Attribute("objectClass")!;
    public AttributeType EntryUuid => field ??= Attribute("entryUUID")!;
    public AttributeType UserPassword => field ??= Attribute("userPassword")!;

    /// <summary>The type of an attribute description: options such as ";lang-fr" are left off (RFC 4512 2.5). Null when it is not known.</summary>
    public AttributeType? Attribute(string description)
    {
        if (_attributes.TryGetValue(description, out AttributeType? type))
            return type;
        int options = description.IndexOf(';', StringComparison.Ordinal);
        return options < 0 ? null : _attributes.GetValueOrDefault(description[..options]);
    }

    /// <summary>The same of a name without options.</summary>
    public AttributeType? AttributeByName(ReadOnlySpan<char> name) =>
        _attributes.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out AttributeType? type) ? type : null;

    public ObjectClass? Class(string name) => _classes.GetValueOrDefault(name);

    internal void Add(Definition definition, string text, AttributeType type)
    {
        AttributeType? superior = definition.First("SUP") is string sup ? _attributes[sup] : null;
        MatchingRule? equality = Rule(definition, "EQUALITY") ?? superior?.Equality;
        type = type with
        {
            Superior = superior,
            Equality = equality,
            Ordering = Rule(definition, "ORDERING") ?? superior?.Ordering,
            Substring = Rule(definition, "SUBSTR") ?? superior?.Substring,
            Syntax = definition.First("SYNTAX") ?? superior?.Syntax ?? throw new FormatException($"no syntax: {text}"),
            IsSingleValue = definition.Has("SINGLE-VALUE"),
            IsReadOnly = definition.Has("NO-USER-MODIFICATION"),
            IsComputed = type.Names.Any(ComputedAttributes.Names.Contains),
            IsIndexed = type.Names.Any(s_indexed.Contains),
            IsOperational = definition.First("USAGE") is "directoryOperation" or "distributedOperation" or "dSAOperation",
        };
        _attributeList.Add(type);
        foreach (string name in type.Names.Append(type.Oid))
            _attributes.Add(name, type);
    }

    internal void Add(Definition definition, ObjectClass objectClass)
    {
        objectClass = objectClass with
        {
            Superior = definition.First("SUP") is string sup ? _classes[sup] : null,
            Must = [.. definition.All("MUST").Select(n => _attributes[n])],
            May = [.. definition.All("MAY").Select(n => _attributes[n])],
        };
        _classList.Add(objectClass);
        foreach (string name in objectClass.Names.Append(objectClass.Oid))
            _classes.Add(name, objectClass);
    }

    private static MatchingRule? Rule(Definition definition, string keyword) =>
        definition.First(keyword) is not string name ? null : MatchingRule.Find(name) ?? throw new FormatException($"unknown matching rule {name}");
}

using System.Text;
using DirMail.Ldap.Tree.Schema;

namespace DirMail.Ldap;

/// <summary>
/// A directory's schema as its subschema entry shows it (RFC 4512 4.2), for looking at entries before they are sent. Tolerant: what cannot be read is not checked, and
/// values are left to the directory.
/// </summary>
public sealed class PublishedSchema
{
    private readonly Dictionary<string, Attribute> _attributes = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Class> _classes = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The standard definitions and those of schema/dirmail.ldif.</summary>
    public static PublishedSchema DirMail { get; } = Read(DirectorySchema.DirMail.Attributes.Select(a => a.Definition), DirectorySchema.DirMail.Classes.Select(c => c.Definition));

    public static PublishedSchema Read(IEnumerable<string> attributeTypes, IEnumerable<string> objectClasses)
    {
        var schema = new PublishedSchema();
        foreach (Definition definition in attributeTypes.Select(TryRead).OfType<Definition>())
        {
            var attribute = new Attribute(definition.First("NAME") ?? definition.Oid, definition.First("SUP"), definition.Has("SINGLE-VALUE"), definition.Has("NO-USER-MODIFICATION"));
            foreach (string name in definition.All("NAME").Append(definition.Oid))
                schema._attributes.TryAdd(name, attribute);
        }
        foreach (Definition definition in objectClasses.Select(TryRead).OfType<Definition>())
        {
            var read = new Class(definition.First("NAME") ?? definition.Oid, definition.All("SUP"), definition.All("MUST"), definition.All("MAY"), !definition.Has("ABSTRACT") && !definition.Has("AUXILIARY"));
            foreach (string name in definition.All("NAME").Append(definition.Oid))
                schema._classes.TryAdd(name, read);
        }
        return schema;
    }

    public bool Knows(string description) => Find(description) is not null;

    /// <summary>What the schema has against an entry with these attributes; empty: nothing.</summary>
    public IEnumerable<string> Faults(Dn dn, IReadOnlyList<LdapAttribute> attributes)
    {
        string[] named = [.. attributes.Where(a => Is(a, "objectClass")).SelectMany(a => a.Values).Select(Encoding.UTF8.GetString)];
        if (named.Length == 0)
            return ["has no objectClass"];
        if (named.FirstOrDefault(c => !_classes.ContainsKey(c)) is { } unknown)
            return [$"the directory knows no object class {unknown}"];
        Class[] classes = [.. named.SelectMany(c => Chain(_classes[c])).DistinctBy(c => c.Name)];
        return [.. ClassFaults(classes, attributes), .. attributes.SelectMany(a => AttributeFaults(a, classes)), .. NamingFaults(dn, attributes)];
    }

    private IEnumerable<string> ClassFaults(Class[] classes, IReadOnlyList<LdapAttribute> attributes)
    {
        if (!classes.Any(c => c.IsStructural))
            yield return "has no structural object class";
        foreach (Class one in classes)
            foreach (string must in one.Must.Where(m => !attributes.Any(a => IsA(a.Description, m))))
                yield return $"object class {one.Name} requires the attribute {must}";
    }

    private IEnumerable<string> AttributeFaults(LdapAttribute attribute, Class[] classes)
    {
        if (Find(attribute.Description) is not { } type)
            return [$"the directory knows no attribute {attribute.Description}"];
        if (type.IsReadOnly)
            return [$"{type.Name} is kept by the directory itself"];
        if (type.IsSingle && attribute.Values.Count > 1)
            return [$"{type.Name} has one value, not {attribute.Values.Count}"];
        bool allowed = classes.Any(c => c.Name.Equals("extensibleObject", StringComparison.OrdinalIgnoreCase) || c.Must.Concat(c.May).Any(m => ReferenceEquals(Find(m), type)));
        return allowed ? [] : [$"none of its object classes allows the attribute {type.Name}"];
    }

    private static IEnumerable<string> NamingFaults(Dn dn, IReadOnlyList<LdapAttribute> attributes) =>
        dn.Rdn.Where(pair => !attributes.Any(a => Is(a, pair.Type) && a.Values.Any(v => Encoding.UTF8.GetString(v).Equals(pair.Value, StringComparison.OrdinalIgnoreCase))))
            .Select(pair => $"the name's {pair.Type} '{pair.Value}' is no value of the entry");

    private Attribute? Find(string description)
    {
        int options = description.IndexOf(';');
        return _attributes.GetValueOrDefault(options < 0 ? description : description[..options]);
    }

    private bool IsA(string description, string wanted)
    {
        Attribute? target = Find(wanted);
        for (Attribute? type = Find(description); type is not null; type = type.Superior is null ? null : Find(type.Superior))
            if (ReferenceEquals(type, target))
                return true;
        return false;
    }

    private IEnumerable<Class> Chain(Class lowest)
    {
        yield return lowest;
        foreach (string above in lowest.Superiors)
            if (_classes.TryGetValue(above, out Class? superior) && !ReferenceEquals(superior, lowest))
                foreach (Class one in Chain(superior))
                    yield return one;
    }

    private static bool Is(LdapAttribute attribute, string name) => attribute.Description.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static Definition? TryRead(string text)
    {
        try
        {
            return Definition.Read(text);
        }
        catch (Exception unreadable) when (unreadable is FormatException or ArgumentException)
        {
            return null;
        }
    }

    private sealed record Attribute(string Name, string? Superior, bool IsSingle, bool IsReadOnly);

    private sealed record Class(string Name, IReadOnlyList<string> Superiors, IReadOnlyList<string> Must, IReadOnlyList<string> May, bool IsStructural);
}

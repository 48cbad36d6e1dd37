using System.Text;

namespace DirMail.Ldap.Tree.Schema;

/// <summary>Whether an entry as a whole follows the schema (RFC 4512 2.4): its classes, what they ask for, its name. Its values are <see cref="ValueCheck"/>'s. Gives the first fault, or null.</summary>
internal static class EntryCheck
{
    public static LdapResult? Fault(TreeEntry entry, DirectorySchema schema) => ClassFault(entry, schema) ?? ContentFault(entry, schema);

    /// <summary>Attributes and name of an entry whose classes are right.</summary>
    public static LdapResult? ContentFault(TreeEntry entry, DirectorySchema schema) => AttributeFault(entry, schema) ?? NamingFault(entry, schema);

    /// <summary>The most subordinate structural class; null when there is none or there are two chains.</summary>
    public static ObjectClass? StructuralClass(TreeEntry entry, DirectorySchema schema)
    {
        ObjectClass? lowest = null;
        foreach (ObjectClass c in entry.Classes(schema).Where(c => c.Kind == ObjectClassKind.Structural))
        {
            if (lowest is null || c.IsA(lowest))
                lowest = c;
            else if (!lowest.IsA(c))
                return null;
        }
        return lowest;
    }

    public static LdapResult? ClassFault(TreeEntry entry, DirectorySchema schema)
    {
        if (entry.Find(schema.ObjectClassAttribute) is not { } named)
            return Violation("no objectClass attribute");
        foreach (byte[] value in named.Values)
            if (schema.Class(Encoding.UTF8.GetString(value)) is null)
                return new LdapResult(LdapResultCode.InvalidAttributeSyntax, "", $"objectClass: unknown class '{Shown(value)}'");
        if (!entry.Classes(schema).Any(c => c.Kind == ObjectClassKind.Structural))
            return Violation("no structural object class");
        return StructuralClass(entry, schema) is null ? Violation("structural object classes of two chains") : null;
    }

    private static LdapResult? AttributeFault(TreeEntry entry, DirectorySchema schema)
    {
        ClassSet set = schema.Set(entry);
        foreach ((ObjectClass by, AttributeType needed) in set.Needed)
            if (!entry.Attributes.Any(a => a.Type.IsA(needed)))
                return Violation($"object class '{by.Name}' requires attribute '{needed.Name}'");
        foreach (TreeAttribute attribute in entry.Attributes)
        {
            if (!set.Allows(attribute.Type))
                return Violation($"attribute '{attribute.Type.Name}' not allowed");
            if (attribute.Type.IsSingleValue && attribute.Values.Length > 1)
                return new LdapResult(LdapResultCode.ConstraintViolation, "", $"attribute '{attribute.Type.Name}' cannot have multiple values");
        }
        return null;
    }

    /// <summary>Each pair of the name must be a value of the entry (RFC 4512 2.3).</summary>
    private static LdapResult? NamingFault(TreeEntry entry, DirectorySchema schema)
    {
        foreach ((string typeName, string value) in entry.Dn.Rdn)
        {
            if (schema.Attribute(typeName) is not { } type)
                return new LdapResult(LdapResultCode.UndefinedAttributeType, "", $"{typeName}: attribute type undefined");
            if (entry.Find(type)?.Has(Encoding.UTF8.GetBytes(value)) != true)
                return new LdapResult(LdapResultCode.NamingViolation, "", $"value of naming attribute '{type.Name}' is not present in entry");
        }
        return null;
    }

    private static LdapResult Violation(string message) => new(LdapResultCode.ObjectClassViolation, "", message);

    private static string Shown(byte[] value) => Encoding.UTF8.GetString(value, 0, Math.Min(value.Length, 80));
}

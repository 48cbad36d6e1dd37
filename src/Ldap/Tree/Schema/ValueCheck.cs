using System.Text;

namespace DirMail.Ldap.Tree.Schema;

/// <summary>Whether values that a client sends can be values of their attribute at all: looked at before the tree is, as OpenLDAP does. Gives the first fault, or null.</summary>
internal static class ValueCheck
{
    /// <summary>Of an entry to add.</summary>
    /// <param name="ofProgram">A load keeps operational attributes that a client may not write.</param>
    public static LdapResult? Fault(IReadOnlyList<LdapAttribute> attributes, DirectorySchema schema, bool ofProgram)
    {
        foreach (LdapAttribute attribute in attributes)
            if (Fault(attribute, schema, ofProgram) is { } fault)
                return fault;
        return null;
    }

    /// <summary>Of changes to an entry.</summary>
    public static LdapResult? Fault(IReadOnlyList<LdapChange> changes, DirectorySchema schema, bool ofProgram)
    {
        foreach (LdapChange change in changes)
        {
            if (change.Kind == LdapChangeKind.Increment && change.Attribute.Values.Count != 1)
                return new LdapResult(LdapResultCode.ProtocolError, "", "modify/increment operation requires single value");
            if (Fault(change.Attribute, schema, ofProgram) is { } fault)
                return fault;
        }
        return null;
    }

    private static LdapResult? Fault(LdapAttribute attribute, DirectorySchema schema, bool ofProgram)
    {
        if (schema.Attribute(attribute.Description) is not { } type)
            return new LdapResult(LdapResultCode.UndefinedAttributeType, "", $"{Shown(attribute.Description)}: attribute type undefined");
        for (int i = 0; i < attribute.Values.Count; i++)
            if (!Syntax.Allows(type.Syntax, attribute.Values[i]))
                return new LdapResult(LdapResultCode.InvalidAttributeSyntax, "", $"{type.Name}: value #{i} invalid per syntax");
        if (type.IsReadOnly && !ofProgram)
            return new LdapResult(LdapResultCode.ConstraintViolation, "", $"{type.Name}: no user modification allowed");
        if (type.IsSingleValue && attribute.Values.Count > 1)
            return new LdapResult(LdapResultCode.ConstraintViolation, "", $"{type.Name}: multiple values provided");
        foreach (byte[] value in attribute.Values)
            if (!ValueConstraints.Allows(type, value))
                return new LdapResult(LdapResultCode.ConstraintViolation, "", $"{type.Name}: '{Shown(Encoding.UTF8.GetString(value))}' is not one of its values");
        return null;
    }

    private static string Shown(string text) => text.Length <= 80 ? text : text[..80];
}

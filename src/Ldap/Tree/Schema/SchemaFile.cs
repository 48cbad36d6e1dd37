using System.Text;

namespace DirMail.Ldap.Tree.Schema;

/// <summary>Reads schema files in the cn=config form (olcAttributeTypes, olcObjectClasses, number macros) that are part of this assembly.</summary>
internal sealed class SchemaFile
{
    private readonly Dictionary<string, string> _macros = new(StringComparer.Ordinal);

    public DirectorySchema Schema { get; } = new();

    /// <exception cref="FormatException">The file is no schema.</exception>
    public SchemaFile Read(string resource)
    {
        using Stream stream = typeof(SchemaFile).Assembly.GetManifestResourceStream(resource) ?? throw new FormatException($"no resource {resource}");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        foreach ((string attribute, string value) in Lines(reader.ReadToEnd()))
            Add(attribute, value);
        return this;
    }

    private void Add(string attribute, string value)
    {
        switch (attribute)
        {
            case "olcObjectIdentifier":
                string[] pair = value.Split(' ', 2);
                _macros[pair[0]] = Number(pair[1]);
                break;
            case "olcAttributeTypes":
                (Definition definition, string text) = Expand(value);
                Schema.Add(definition, text, new AttributeType(definition.Oid, definition.All("NAME"), text));
                break;
            case "olcObjectClasses":
                (definition, text) = Expand(value);
                ObjectClassKind kind = definition.Has("ABSTRACT") ? ObjectClassKind.Abstract
                    : definition.Has("AUXILIARY") ? ObjectClassKind.Auxiliary : ObjectClassKind.Structural;
                Schema.Add(definition, new ObjectClass(definition.Oid, definition.All("NAME"), kind, text));
                break;
        }
    }

    /// <summary>The description with macros written out, in the form that the subschema entry shows.</summary>
    private (Definition Definition, string Text) Expand(string value)
    {
        string[] words = value.Split(' ');
        words[1] = Number(words[1]);
        int syntax = Array.IndexOf(words, "SYNTAX");
        if (syntax > 0)
            words[syntax + 1] = Number(words[syntax + 1]);
        string text = string.Join(' ', words);
        return (Definition.Read(text), text);
    }

    private string Number(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0)
            return $"{_macros[text[..colon]]}.{text[(colon + 1)..]}";
        return _macros.GetValueOrDefault(text) ?? text;
    }

    private static IEnumerable<(string Attribute, string Value)> Lines(string text)
    {
        string unfolded = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n ", "", StringComparison.Ordinal);
        foreach (string line in unfolded.Split('\n'))
            if (!line.StartsWith('#') && line.IndexOf(": ", StringComparison.Ordinal) is var at and > 0)
                yield return (line[..at], line[(at + 2)..]);
    }
}

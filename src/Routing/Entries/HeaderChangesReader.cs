using System.Collections.Immutable;
using DirMail.Mail;

namespace DirMail.Routing.Entries;

/// <summary>Reads what a group changes in the header of what it sends to its members. A value that may not be done is left out and told; the others are done.</summary>
internal static class HeaderChangesReader
{
    /// <summary>Of one group. Each of its messages carries them, for each member elsewhere.</summary>
    private const int MostFields = 50;
    private const int MostOctets = 8 * 1024;

    /// <summary>Null: nothing.</summary>
    public static HeaderChanges? Read(EntryValues values, AttributeNames names)
    {
        if (!values.Has(names.AddHeader) && !values.Has(names.RemoveHeader))
            return null;
        var changes = new HeaderChanges { Removed = Removed(values, names.RemoveHeader), Added = Added(values, names.AddHeader) };
        return changes.Removed.IsEmpty && changes.Added.IsEmpty ? null : changes;
    }

    private static ImmutableArray<string> Removed(EntryValues values, string attribute)
    {
        var found = new Distinct<string, string>(static name => name.ToLowerInvariant());
        foreach (string text in values.All(attribute).Take(MostFields))
        {
            string name = text.TrimEnd(':').TrimEnd();
            if (!HeaderChanges.IsName(name))
                values.Problem(attribute, $"'{EntryValues.Shown(text)}' is not the name of a field: left out");
            else if (IsFree(values, attribute, name))
                found.Add(name);
        }
        TellMore(values, attribute);
        return found.ToImmutable();
    }

    private static ImmutableArray<AddedField> Added(EntryValues values, string attribute)
    {
        var found = new List<AddedField>();
        foreach (string text in values.All(attribute).Take(MostFields))
            if (AddedField.Read(text, out string fault) is not { } field)
                values.Problem(attribute, $"'{EntryValues.Shown(text)}' {fault}: left out");
            else if (IsFree(values, attribute, field.Name))
                found.Add(field);
        TellMore(values, attribute);
        foreach (IGrouping<string, AddedField> same in found.GroupBy(static field => field.Name, StringComparer.OrdinalIgnoreCase).Where(static same => HeaderChanges.IsSingle(same.Key) && same.Count() > 1).ToList())
        {
            values.Problem(attribute, $"has several values for {same.Key}, of which a message has one: none of them counts");
            found.RemoveAll(same.Contains);
        }
        int octets = 0, fits = found.FindIndex(field => (octets += field.Text.Length) > MostOctets);
        if (fits < 0)
            return [.. found];
        values.Problem(attribute, $"has more than {MostOctets} characters in all: {found[fits].Name} and what follows is left out");
        return [.. found.Take(fits)];
    }

    private static bool IsFree(EntryValues values, string attribute, string name)
    {
        if (HeaderChanges.WhyProtected(name) is not { } why)
            return true;
        values.Problem(attribute, $"{name} says {why}, and is left as it is");
        return false;
    }

    private static void TellMore(EntryValues values, string attribute)
    {
        if (values.All(attribute).Count > MostFields)
            values.Problem(attribute, $"has more than {MostFields} values: the others are left out");
    }
}

using System.Globalization;
using System.Text;

namespace DirMail.Servers.Imap.Grammar;

/// <summary>Reads the items of FETCH: one, a macro, or a list (RFC 9051 fetch-att).</summary>
internal static class FetchItems
{
    private const int MaxItems = 100;
    private const int MaxPartDepth = 100;

    private static readonly FetchItem[] s_fast = [new(FetchKind.Flags), new(FetchKind.InternalDate), new(FetchKind.Size)];
    private static readonly FetchItem[] s_all = [.. s_fast, new(FetchKind.Envelope)];
    private static readonly FetchItem[] s_full = [.. s_all, new(FetchKind.Body)];

    public static List<FetchItem> Read(ImapReader reader)
    {
        List<FetchItem> items = [];
        if (reader.Next != '(')
        {
            ReadOne(reader, items, mayBeMacro: true);
            return items;
        }
        reader.Open();
        do
            ReadOne(reader, items, mayBeMacro: false);
        while (reader.Take(' ') && reader.Ok);
        reader.Close();
        return items;
    }

    private static void ReadOne(ImapReader reader, List<FetchItem> items, bool mayBeMacro)
    {
        if (items.Count >= MaxItems)
            reader.Fail("too many items");
        string name = reader.Run(Octets.IsSection, "a data item").ToUpperInvariant();
        if (mayBeMacro && Macro(name) is { } macro)
            items.AddRange(macro);
        else if (One(reader, name) is { } item)
            items.Add(item);
        else
            reader.Fail("expected a data item that this server knows");
    }

    private static FetchItem[]? Macro(string name) => name switch
    {
        "FAST" => s_fast,
        "ALL" => s_all,
        "FULL" => s_full,
        _ => null,
    };

    private static FetchItem? One(ImapReader reader, string name) => name switch
    {
        "FLAGS" => new(FetchKind.Flags),
        "UID" => new(FetchKind.Uid),
        "INTERNALDATE" => new(FetchKind.InternalDate),
        "RFC822.SIZE" => new(FetchKind.Size),
        "ENVELOPE" => new(FetchKind.Envelope),
        "SAVEDATE" => new(FetchKind.SaveDate),
        "PREVIEW" => ReadPreview(reader),
        "EMAILID" => new(FetchKind.EmailId),
        "THREADID" => new(FetchKind.ThreadId),
        "MODSEQ" => new(FetchKind.ModSeq),
        "BODYSTRUCTURE" => new(FetchKind.BodyStructure),
        "BODY" when reader.Next == '[' => new(FetchKind.Section, ReadSection(reader, peek: false)),
        "BODY" => new(FetchKind.Body),
        "BODY.PEEK" => new(FetchKind.Section, ReadSection(reader, peek: true)),
        "BINARY" => new(FetchKind.Binary, ReadBinary(reader, name, peek: false)),
        "BINARY.PEEK" => new(FetchKind.Binary, ReadBinary(reader, "BINARY", peek: true)),
        "BINARY.SIZE" => new(FetchKind.BinarySize, ReadBinary(reader, name, peek: true)),
        "RFC822" => new(FetchKind.Section, new Section { Label = name }),
        "RFC822.HEADER" => new(FetchKind.Section, new Section { Label = name, Text = SectionText.Header, Peek = true }),
        "RFC822.TEXT" => new(FetchKind.Section, new Section { Label = name, Text = SectionText.Text }),
        _ => null,
    };

    private static Section ReadSection(ImapReader reader, bool peek)
    {
        reader.Expect('[');
        List<int> part = ReadPart(reader);
        (SectionText text, List<string> fields) = ReadText(reader, part.Count);
        reader.Expect(']');
        (long, long)? partial = ReadPartial(reader);
        return new() { Part = part, Text = text, Fields = fields, Peek = peek, Partial = partial, Label = Label(part, text, fields, partial) };
    }

    /// <summary>"PREVIEW (LAZY)" asks for what costs nothing to make; it is made all the same (RFC 8970 4.1 allows it).</summary>
    private static FetchItem ReadPreview(ImapReader reader)
    {
        if (reader.TakeText(" (LAZY"))
            reader.Expect(')');
        return new(FetchKind.Preview);
    }

    /// <summary>Part numbers alone; the size is of all of it.</summary>
    private static Section ReadBinary(ImapReader reader, string name, bool peek)
    {
        reader.Expect('[');
        List<int> part = ReadPart(reader);
        reader.Expect(']');
        (long Start, long Count)? partial = name == "BINARY" ? ReadPartial(reader) : null;
        string label = $"{name}[{string.Join('.', part)}]";
        return new() { Part = part, Peek = peek, Partial = partial, Label = partial is { } piece ? string.Create(CultureInfo.InvariantCulture, $"{label}<{piece.Start}>") : label };
    }

    /// <summary>"1.2." before a text, "1.2" alone; nothing when the section begins with a word.</summary>
    private static List<int> ReadPart(ImapReader reader)
    {
        List<int> part = [];
        while (reader.Next is >= (byte)'0' and <= (byte)'9')
        {
            uint number = reader.NonZero();
            if (number > int.MaxValue || part.Count >= MaxPartDepth)
                reader.Fail("expected a part number");
            part.Add((int)number);
            if (!reader.Take('.'))
                break;
            if (reader.Next == ']')
                reader.Fail("expected a part number");
        }
        return part;
    }

    private static (SectionText, List<string>) ReadText(ImapReader reader, int depth)
    {
        if (reader.Next == ']')
            return (SectionText.All, []);
        switch (reader.Run(Octets.IsSection, "a section").ToUpperInvariant())
        {
            case "HEADER": return (SectionText.Header, []);
            case "TEXT": return (SectionText.Text, []);
            case "HEADER.FIELDS": return (SectionText.HeaderFields, ReadFields(reader));
            case "HEADER.FIELDS.NOT": return (SectionText.HeaderFieldsNot, ReadFields(reader));
            case "MIME" when depth > 0: return (SectionText.Mime, []);
            default:
                reader.Fail("expected a section that this server knows");
                return (SectionText.All, []);
        }
    }

    private static List<string> ReadFields(ImapReader reader)
    {
        List<string> fields = [];
        reader.Space();
        reader.Open();
        do
            fields.Add(reader.Astring());
        while (reader.Take(' ') && reader.Ok);
        reader.Close();
        return fields;
    }

    private static (long, long)? ReadPartial(ImapReader reader)
    {
        if (!reader.Take('<'))
            return null;
        long start = reader.Number64();
        reader.Expect('.');
        long count = reader.Number64();
        if (count == 0)
            reader.Fail("expected a number above 0");
        reader.Expect('>');
        return (start, count);
    }

    private static string Label(List<int> part, SectionText text, List<string> fields, (long Start, long Count)? partial)
    {
        StringBuilder label = new("BODY[");
        label.AppendJoin('.', part);
        string name = text switch
        {
            SectionText.Header => "HEADER",
            SectionText.HeaderFields => "HEADER.FIELDS",
            SectionText.HeaderFieldsNot => "HEADER.FIELDS.NOT",
            SectionText.Text => "TEXT",
            SectionText.Mime => "MIME",
            _ => "",
        };
        label.Append(part.Count > 0 && name.Length > 0 ? "." : "").Append(name);
        if (fields.Count > 0)
            label.Append(" (").AppendJoin(' ', fields.Select(Field)).Append(')');
        label.Append(']');
        return partial is { } piece ? label.Append(CultureInfo.InvariantCulture, $"<{piece.Start}>").ToString() : label.ToString();
    }

    /// <summary>A name as an astring again; no field's name holds anything that a quoted string cannot.</summary>
    private static string Field(string name) => name.Length > 0 && name.All(c => c < 128 && Octets.IsAstring((byte)c))
        ? name
        : $"\"{string.Concat(name.Where(c => c is >= ' ' and < (char)127 and not '"' and not '\\'))}\"";
}

using System.Collections.Immutable;
using System.Text;

namespace DirMail.Mail;

/// <summary>The fields of one header block in order, with the octets they lie at (RFC 5322 2.2). Tolerant: a line that is no field is skipped.</summary>
public sealed class HeaderBlock
{
    internal HeaderBlock(ImmutableArray<HeaderField> fields) => Fields = fields;

    public ImmutableArray<HeaderField> Fields { get; }

    /// <summary>Reads up to the blank line or the end of <paramref name="octets"/>.</summary>
    public static HeaderBlock Parse(ReadOnlySpan<byte> octets)
    {
        var fields = ImmutableArray.CreateBuilder<HeaderField>();
        var scan = new HeaderScan(octets);
        while (scan.Next())
            fields.Add(new(Encoding.ASCII.GetString(scan.Name), HeaderText.Unfold(scan.Value), scan.Offset, scan.Length));
        return new(fields.DrainToImmutable());
    }

    /// <summary>Unfolded value of the first field of that name (any case); null when there is none.</summary>
    public string? First(string name)
    {
        foreach (HeaderField field in Fields)
            if (field.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return field.Value;
        return null;
    }

    public int Count(string name) => Fields.Count(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}

/// <param name="Name">As written.</param>
/// <param name="Value">Unfolded, trimmed, octets above 127 read as UTF-8, else as Latin-1.</param>
/// <param name="Offset">Octets from the start of the block to the field's first.</param>
/// <param name="Length">Octets of the field with its folds and its line end.</param>
public sealed record HeaderField(string Name, string Value, int Offset, int Length);

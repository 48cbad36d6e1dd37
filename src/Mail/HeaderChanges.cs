using System.Buffers;
using System.Collections.Immutable;
using System.Text;

namespace DirMail.Mail;

/// <summary>
/// What somebody who sends a message on does to its header: fields are taken out by name, then fields are put in below the trace. One of which a message has one
/// (RFC 5322 3.6, and those of lists) stands in place of the one that was there.
/// </summary>
public sealed record HeaderChanges
{
    /// <summary>Of what is put into one message, however many groups it passes; what goes beyond is left out.</summary>
    private const int MostAddedOctets = 64 * 1024;

    private static readonly string[] Single = ["Reply-To", "To", "Cc", "Bcc", "Subject", "In-Reply-To", "References", "Precedence"];

    private static readonly (string Why, string[] Names)[] Protected =
    [
        ("the trace of the message", ["Return-Path", "Received", "Received-SPF", "Delivered-To", "Auto-Submitted"]),
        ("a result of checks, or a signature", ["Authentication-Results", "DKIM-Signature", "ARC-*", "X-DirMail-*"]),
        ("how the message is built", ["MIME-Version", "Content-*"]),
        ("whose message it is, and which", ["From", "Sender", "Date", "Message-ID"]),
    ];

    /// <summary>Names of fields.</summary>
    public ImmutableArray<string> Removed { get; init; } = [];

    public ImmutableArray<AddedField> Added { get; init; } = [];

    /// <summary>Whether a message has that field once at most.</summary>
    public static bool IsSingle(string name) => Single.Contains(name, StringComparer.OrdinalIgnoreCase) || name.StartsWith("List-", StringComparison.OrdinalIgnoreCase);

    /// <summary>Why the field may be neither put in nor taken out; null: it may.</summary>
    public static string? WhyProtected(string name) => Protected.FirstOrDefault(kind => kind.Names.Any(protects => protects.EndsWith('*')
        ? name.StartsWith(protects[..^1], StringComparison.OrdinalIgnoreCase) : name.Equals(protects, StringComparison.OrdinalIgnoreCase))).Why;

    /// <summary>Whether it can be the name of a field (RFC 5322 2.2).</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= 76 && name.All(static c => c is > ' ' and <= '~' and not ':');

    /// <summary>The octets that stand in place of the header: one change after the other done to what we put before it and to the header itself.</summary>
    /// <param name="before">Whole fields of ours.</param>
    /// <param name="header">As it came, with the blank line.</param>
    public static byte[] Apply(ImmutableArray<HeaderChanges> changes, ReadOnlySpan<byte> before, ReadOnlySpan<byte> header)
    {
        var removed = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var added = new List<AddedField>();
        foreach (HeaderChanges change in changes)
        {
            foreach (string name in change.Removed.Concat(change.Added.Select(static field => field.Name).Where(IsSingle)))
            {
                removed.Add(name);
                added.RemoveAll(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
            }
            added.AddRange(change.Added);
        }
        var output = new ArrayBufferWriter<byte>(before.Length + header.Length + 1024);
        int trace = TraceEnd(header);
        Keep(before, removed, output);
        Keep(header[..trace], removed, output);
        int end = output.WrittenCount + MostAddedOctets;
        foreach (AddedField field in added)
            if (field.Text is var text && output.WrittenCount + text.Length <= end)
                Encoding.ASCII.GetBytes(text, output);
        Keep(header[trace..], removed, output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Where the last Received field ends: what is put in stands below the trace (RFC 5322 3.6.7), and above what it may stand beside.</summary>
    private static int TraceEnd(ReadOnlySpan<byte> header)
    {
        int end = 0;
        var scan = new HeaderScan(header);
        while (scan.Next())
            if (Ascii.EqualsIgnoreCase(scan.Name, "Received"u8))
                end = scan.Offset + scan.Length;
        return end;
    }

    private static void Keep(ReadOnlySpan<byte> fields, HashSet<string> removed, ArrayBufferWriter<byte> output)
    {
        int at = 0;
        var scan = new HeaderScan(fields);
        while (scan.Next())
        {
            if (!removed.Contains(Encoding.ASCII.GetString(scan.Name)))
                continue;
            output.Write(fields[at..scan.Offset]);
            at = scan.Offset + scan.Length;
        }
        output.Write(fields[at..]);
    }
}

/// <summary>A field on one line.</summary>
/// <param name="Value">Printable ASCII and blanks.</param>
public sealed record AddedField(string Name, string Value)
{
    /// <summary>RFC 5322 2.1.1, without the line end.</summary>
    private const int LongestLine = 998;

    /// <summary>With its line end.</summary>
    public string Text => $"{Name}: {Value}\r\n";

    /// <summary>Reads "Name: value"; null, and what is wrong with it, when that is no field of one line.</summary>
    public static AddedField? Read(string text, out string fault)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        var field = new AddedField(text[..Math.Max(colon, 0)].TrimEnd(), text[(colon + 1)..].Trim());
        fault = colon < 0 || !HeaderChanges.IsName(field.Name) ? "is not a field with its name, a colon and its value"
            : field.Value.Length == 0 ? "has no value"
            : field.Value.Any(static c => c is not ('\t' or (>= ' ' and <= '~'))) ? "has other characters than those of ASCII that can be printed"
            : field.Text.Length - 2 > LongestLine ? $"is longer than {LongestLine} characters" : "";
        return fault.Length == 0 ? field : null;
    }
}

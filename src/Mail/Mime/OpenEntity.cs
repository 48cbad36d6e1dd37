using System.Collections.Immutable;

namespace DirMail.Mail.Mime;

/// <summary>An entity whose end has not been seen yet.</summary>
internal sealed class OpenEntity
{
    private ImmutableArray<MimePart>.Builder? _children;
    private MessageEnvelope? _enclosed;

    public required long HeaderStart { get; init; }
    public long BodyStart { get; set; }

    /// <summary>Line ends of the message before the body.</summary>
    public long StartLines { get; set; }

    public EntityHeader Header { get; } = new();

    /// <summary>Of a multipart that has not seen its closing boundary; null otherwise.</summary>
    public byte[]? Boundary { get; set; }

    /// <summary>Set by <see cref="Close"/>.</summary>
    public MimePart? Part { get; private set; }

    public bool IsMultipart => Header.Type == "multipart";
    public bool IsMessage => Header.Type == "message" && Header.Subtype is "rfc822" or "global";
    public bool IsDigest => IsMultipart && Header.Subtype == "digest";

    public void Add(OpenEntity child)
    {
        (_children ??= ImmutableArray.CreateBuilder<MimePart>()).Add(child.Part!);
        if (IsMessage)
            _enclosed = child.Header.Envelope;
    }

    public void Close(long end, long lines)
    {
        MimePart part = Header.ToPart(HeaderStart, BodyStart, end, Math.Max(0, lines - StartLines));
        if (IsMultipart && _children is null)
            Add(WholeBody(part));
        Part = _children is null ? part : part with { Children = _children.DrainToImmutable(), EnclosedEnvelope = _enclosed };
    }

    private static OpenEntity WholeBody(MimePart part) => new()
    {
        HeaderStart = part.BodyStart,
        Part = new EntityHeader().ToPart(part.BodyStart, part.BodyStart, part.BodyEnd, part.BodyLines),
    };
}

namespace DirMail.Servers.Imap.Grammar;

/// <summary>What FETCH is asked for (RFC 9051 6.4.5).</summary>
internal enum FetchKind
{
    Flags,
    Uid,
    InternalDate,
    Size,
    Envelope,
    Body,
    BodyStructure,

    /// <summary>RFC 8514 4.2.</summary>
    SaveDate,

    /// <summary>RFC 8970: the first words.</summary>
    Preview,

    /// <summary>RFC 8474 5.1.</summary>
    EmailId,

    /// <summary>RFC 8474 5.2: always NIL here.</summary>
    ThreadId,

    /// <summary>RFC 7162 3.1.4.2.</summary>
    ModSeq,

    /// <summary>Octets of the message as they are: BODY[...] and the RFC822 forms of it.</summary>
    Section,

    /// <summary>A part without its transfer encoding: BINARY[...] (RFC 3516 4.2).</summary>
    Binary,

    /// <summary>BINARY.SIZE[...].</summary>
    BinarySize,
}

/// <param name="Section">Set for what names octets of the message alone: <see cref="FetchKind.Section"/> and the two of BINARY.</param>
internal sealed record FetchItem(FetchKind Kind, Section? Section = null)
{
    public bool SetsSeen => Section is { Peek: false };

    /// <summary>The message itself has to be read.</summary>
    public bool NeedsContent => Section is not null || Kind == FetchKind.Preview;

    /// <summary>The message's structure is needed to answer.</summary>
    public bool NeedsStructure => Kind is FetchKind.Preview or FetchKind.Envelope or FetchKind.Body or FetchKind.BodyStructure || Section is { IsWhole: false, IsHeader: false };
}

/// <summary>Which octets of a message (RFC 9051 6.4.5.1).</summary>
internal sealed record Section
{
    /// <summary>Part numbers; empty is the message itself.</summary>
    public IReadOnlyList<int> Part { get; init; } = [];

    public SectionText Text { get; init; }

    /// <summary>Names of HEADER.FIELDS and HEADER.FIELDS.NOT.</summary>
    public IReadOnlyList<string> Fields { get; init; } = [];

    public bool Peek { get; init; }

    /// <summary>First octet and number of octets wanted; null: all.</summary>
    public (long Start, long Count)? Partial { get; init; }

    /// <summary>How the answer names it: "BODY[1.2.MIME]&lt;0&gt;".</summary>
    public required string Label { get; init; }

    public bool IsWhole => Part.Count == 0 && Text == SectionText.All;

    /// <summary>Nothing but the message's own header.</summary>
    public bool IsHeader => Part.Count == 0 && Text is SectionText.Header or SectionText.HeaderFields or SectionText.HeaderFieldsNot;
}

internal enum SectionText
{
    All,
    Header,
    HeaderFields,
    HeaderFieldsNot,
    Text,
    Mime,
}

using System.Collections.Immutable;

namespace DirMail.Mail.Mime;

/// <summary>
/// What IMAP needs to know of a message without reading it again: ENVELOPE, BODYSTRUCTURE and where each part lies (RFC 9051 7.5.2).
/// Offsets are octets from the start of the original content; octets put before the content (trace headers), or a changed header, shift all but the top header's start.
/// </summary>
public sealed record MessageStructure(MimePart Root, MessageEnvelope Envelope)
{
    /// <summary>Original content in octets.</summary>
    public required long Octets { get; init; }

    /// <summary>Number of Received fields in the top header, for the loop check (RFC 5321 6.3).</summary>
    public int ReceivedCount { get; init; }

    /// <summary>What the first hundred Delivered-To fields of the top header say, for the same check. Of a message that has just been read: the stored form does not have them.</summary>
    public ImmutableArray<string> DeliveredTo { get; init; } = [];

    /// <summary>As it lies behind, or with, another header: all but the header's start is so many octets later.</summary>
    public MessageStructure Shifted(long octets) => this with { Root = Root.Moved(octets) with { HeaderStart = Root.HeaderStart }, Octets = Octets + octets };
}

/// <summary>One MIME entity. Leaves have no children; message/rfc822 has exactly one, multipart any number.</summary>
public sealed record MimePart
{
    /// <summary>Where the entity's header begins; the blank line that ends it is part of it.</summary>
    public required long HeaderStart { get; init; }

    public required long BodyStart { get; init; }

    /// <summary>One past the last octet of the body, without the line end that belongs to a following boundary.</summary>
    public required long BodyEnd { get; init; }

    /// <summary>Lines of the body, as BODYSTRUCTURE counts them for text and message/rfc822.</summary>
    public required long BodyLines { get; init; }

    /// <summary>Lower case; "text" when missing or unreadable.</summary>
    public required string Type { get; init; }

    public required string Subtype { get; init; }

    /// <summary>Content-Type parameters in order, RFC 2231 decoded to UTF-8.</summary>
    public ImmutableArray<MimeParameter> Parameters { get; init; } = [];

    public string? ContentId { get; init; }
    public string? Description { get; init; }

    /// <summary>Lower case; "7bit" when missing.</summary>
    public string Encoding { get; init; } = "7bit";

    public string? Md5 { get; init; }
    public string? Disposition { get; init; }
    public ImmutableArray<MimeParameter> DispositionParameters { get; init; } = [];
    public ImmutableArray<string> Languages { get; init; } = [];
    public string? Location { get; init; }
    public ImmutableArray<MimePart> Children { get; init; } = [];

    /// <summary>For message/rfc822: the envelope of the enclosed message.</summary>
    public MessageEnvelope? EnclosedEnvelope { get; init; }

    public bool IsMultipart => Type == "multipart";
    public bool IsMessage => Type == "message" && Subtype is "rfc822" or "global";

    internal MimePart Moved(long octets) => this with
    {
        HeaderStart = HeaderStart + octets,
        BodyStart = BodyStart + octets,
        BodyEnd = BodyEnd + octets,
        Children = [.. Children.Select(child => child.Moved(octets))],
    };
}

public sealed record MimeParameter(string Name, string Value);

/// <summary>The header fields that IMAP's ENVELOPE shows, undecoded (RFC 9051 7.5.2): null is NIL.</summary>
public sealed record MessageEnvelope
{
    public string? Date { get; init; }
    public string? Subject { get; init; }
    public ImmutableArray<HeaderAddress> From { get; init; } = [];
    public ImmutableArray<HeaderAddress> Sender { get; init; } = [];
    public ImmutableArray<HeaderAddress> ReplyTo { get; init; } = [];
    public ImmutableArray<HeaderAddress> To { get; init; } = [];
    public ImmutableArray<HeaderAddress> Cc { get; init; } = [];
    public ImmutableArray<HeaderAddress> Bcc { get; init; } = [];
    public string? InReplyTo { get; init; }
    public string? MessageId { get; init; }

    /// <summary>Not shown: the messages that this one answers, for threads (RFC 5256).</summary>
    public string? References { get; init; }

    /// <summary>Not shown: no second Subject field follows, so a search of <see cref="Subject"/> is a search of all. False, too, where older stored forms do not tell.</summary>
    public bool HasOneSubject { get; init; }

    /// <summary>Neither shown nor stored: another From field follows, and it depends on the program which one is seen.</summary>
    public bool HasSeveralFrom { get; init; }
}

/// <summary>One address of a header. A group's start has only <see cref="Mailbox"/> (the group's name), its end has neither mailbox nor host.</summary>
public sealed record HeaderAddress(string? Name, string? Mailbox, string? Host);

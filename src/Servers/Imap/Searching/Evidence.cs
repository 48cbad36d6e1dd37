using System.Text;
using DirMail.Mail.Mime;
using DirMail.Store;

namespace DirMail.Servers.Imap.Searching;

/// <summary>What is known of one message's text.</summary>
internal abstract class Evidence
{
    /// <summary>The Date field as written; null when there is none.</summary>
    public abstract string? Date { get; }

    /// <summary>Null: it does not tell.</summary>
    public abstract bool? Holds(TextQuery query);
}

/// <summary>The message itself, which decides everything.</summary>
/// <exception cref="IOException">Of each member, when it cannot be read.</exception>
internal sealed class ReadMessage(SearchedText text) : Evidence
{
    public override string? Date => text.Date;

    public override bool? Holds(TextQuery query) => text.Holds(query);
}

/// <summary>Its stored envelope, small and quickly read: it has the date, and the first Subject field.</summary>
internal sealed class ShownEnvelope : Evidence
{
    private readonly string? _subject;
    private readonly bool _isOnlySubject;

    private ShownEnvelope(in StoredEnvelope envelope)
    {
        Date = TextOf(envelope.Date);
        _subject = TextOf(envelope.Subject) is { } subject ? EncodedWords.Decode(subject) : null;
        _isOnlySubject = _subject is null || envelope.HasOneSubject;
    }

    public override string? Date { get; }

    /// <summary>Null when it is damaged or missing.</summary>
    public static ShownEnvelope? Of(ReadOnlySpan<byte> stored) => StoredEnvelope.TryRead(stored, out StoredEnvelope envelope) ? new(envelope) : null;

    public override bool? Holds(TextQuery query)
    {
        if (query.Place != TextPlace.Field || !query.Field.Equals("SUBJECT", StringComparison.OrdinalIgnoreCase))
            return null;
        if (_subject is not null && query.IsIn(_subject))
            return true;
        return _isOnlySubject ? false : null;
    }

    private static string? TextOf(StoredText text) => text.IsNull ? null : Encoding.UTF8.GetString(text.Utf8);
}

namespace DirMail.Store.Searching;

/// <summary>A text query as it is put to the index: a query in FTS5's language to one table or more, any of which may answer.</summary>
/// <param name="Gaps">Where a message has one of these, that it is not found means nothing.</param>
/// <param name="IsProof">What is found holds the text; else it may.</param>
internal sealed record IndexQuestion(IReadOnlyList<(string Table, string Match)> Parts, IndexGaps Gaps, bool IsProof)
{
    /// <summary>Null: it cannot be asked.</summary>
    public static IndexQuestion? Of(TextQuery query)
    {
        switch (query.Place)
        {
            case TextPlace.Field when IndexSchema.FieldOf(query.Field) is { } field:
                // an empty text asks whether the field is there
                Trigrams ofField = new(query.Text.Length == 0 ? query.Field + ": " : query.Text);
                return ofField.CanAsk ? new([("field", $"{IndexSchema.Fields[field]} : ({ofField})")], IndexGaps.Header, IsProof: false) : null;
            case TextPlace.Field:
                Trigrams ofHeader = new(query.Field + ": ", query.Text);
                return ofHeader.CanAsk ? new([("header", ofHeader.ToString())], IndexGaps.Header, IsProof: false) : null;
            case TextPlace.Body:
                Trigrams ofBody = new(query.Text);
                return ofBody.CanAsk ? new([("body", ofBody.ToString())], IndexGaps.Body, ofBody.IsWholeText) : null;
            default:
                Trigrams anywhere = new(query.Text);
                string match = anywhere.ToString();
                return anywhere.CanAsk ? new([("field", match), ("header", match), ("body", match)], IndexGaps.Header | IndexGaps.Body, anywhere.IsWholeText) : null;
        }
    }
}

using DirMail.Servers.Imap.Grammar;

namespace DirMail.Servers.Imap.Sorting;

/// <summary>One key of SORT (RFC 5256 3, RFC 5957).</summary>
internal readonly record struct SortCriterion(SortField Field, bool Reverse)
{
    private const int Most = 20;

    public bool NeedsEnvelope => Field is not (SortField.Arrival or SortField.Size);

    /// <summary>"(REVERSE DATE SUBJECT)".</summary>
    public static List<SortCriterion> ReadAll(ImapReader reader)
    {
        List<SortCriterion> criteria = [];
        reader.Open();
        do
        {
            string word = reader.Word();
            bool reverse = word == "REVERSE" && reader.Space();
            if (Named(reverse ? reader.Word() : word) is not { } field || criteria.Count >= Most)
                reader.Fail("expected ARRIVAL, CC, DATE, DISPLAYFROM, DISPLAYTO, FROM, SIZE, SUBJECT or TO");
            else
                criteria.Add(new(field, reverse));
        }
        while (reader.Take(' ') && reader.Ok);
        reader.Close();
        return criteria;
    }

    private static SortField? Named(string word) => word switch
    {
        "ARRIVAL" => SortField.Arrival,
        "CC" => SortField.Cc,
        "DATE" => SortField.Date,
        "DISPLAYFROM" => SortField.DisplayFrom,
        "DISPLAYTO" => SortField.DisplayTo,
        "FROM" => SortField.From,
        "SIZE" => SortField.Size,
        "SUBJECT" => SortField.Subject,
        "TO" => SortField.To,
        _ => null,
    };
}

internal enum SortField
{
    Arrival,
    Cc,
    Date,
    DisplayFrom,
    DisplayTo,
    From,
    Size,
    Subject,
    To,
}

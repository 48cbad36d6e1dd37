namespace DirMail.Routing.Entries;

/// <summary>Reads what is answered. What cannot be read makes less mail, never more.</summary>
internal static class AutoReplyReader
{
    private const long UsualHours = 7 * 24;
    private const long MostHours = 366 * 24;

    /// <summary>Null: nothing is.</summary>
    public static AutoReply? Read(EntryValues values, AttributeNames names)
    {
        string mode = values.Text(names.AutoReplyMode)?.ToLowerInvariant() ?? "vacation";
        if (mode is not ("vacation" or "reply" or "echo"))
            values.Problem(names.AutoReplyMode, $"'{EntryValues.Shown(mode)}' is none of vacation, reply and echo: taken as vacation");
        string? text = values.Text(names.AutoReplyText);
        if (text is null && mode != "echo")
        {
            values.Problem(names.AutoReplyText, "an automatic reply without a text: nothing is answered");
            return null;
        }
        return new AutoReply
        {
            Subject = values.First(names.AutoReplySubject),
            Text = text ?? "",
            TextInternal = values.First(names.AutoReplyTextInternal),
            OncePer = mode is "reply" or "echo" ? null : TimeSpan.FromHours(Math.Clamp(values.Number(names.AutoReplyTimeOut, UsualHours) ?? MostHours, 1, MostHours)),
            Echoes = mode == "echo",
        };
    }
}

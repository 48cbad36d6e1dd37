using System.Globalization;
using DirMail.Mail;
using DirMail.Wire;

namespace DirMail.Servers.Smtp.Checks;

/// <summary>What a milter's packets mean.</summary>
internal static class MilterAnswer
{
    /// <summary>Null: it goes on. Accepted early is a verdict as well.</summary>
    /// <exception cref="IOException">It has no place here.</exception>
    public static FilterVerdict? Verdict(MilterPacket answer) => answer.Kind switch
    {
        'c' => null,
        'a' => FilterVerdict.Nothing,
        'r' => FilterVerdict.Nothing with { Refusal = Responses.FilterRefused },
        't' or 'f' or '4' => FilterVerdict.Nothing with { Refusal = Responses.FilterDefers },
        'd' => FilterVerdict.Nothing with { IsDiscarded = true },
        'y' => FilterVerdict.Nothing with { Refusal = Own(answer) },
        _ => throw new IOException($"an answer that has no place here: {(int)answer.Kind}"),
    };

    /// <summary>With one change more; null: the packet is none.</summary>
    public static FilterVerdict? Changed(FilterVerdict verdict, MilterPacket answer) => answer.Kind switch
    {
        'h' when answer.Strings() is [var name, var value, ..] => verdict with { Fields = verdict.Fields + FieldText.Of(name, value) },
        'i' when answer.Strings(4) is [var name, var value, ..] => verdict with { Fields = FieldText.Of(name, value) + verdict.Fields },
        'm' when answer.Strings(4) is [var name, .. var rest] => verdict with { Changes = [.. verdict.Changes, new(name, (int)Math.Min(answer.Number(), int.MaxValue), rest is [var value, ..] ? value : "")] },
        '+' when Address(answer) is { } added => verdict with { Added = [.. verdict.Added, added] },
        '-' when Address(answer) is { } removed => verdict with { Removed = [.. verdict.Removed, removed] },
        'q' => verdict with { IsSuspicious = true },
        'h' or 'i' or 'm' or '+' or '-' => verdict,
        _ => null,
    };

    private static MailAddress? Address(MilterPacket answer) =>
        answer.Strings() is [var path, ..] && MailAddress.TryParse(path.Trim('<', '>', ' '), out MailAddress address) ? address : null;

    /// <summary>"550 5.7.1 text" of its own; another class of code than 4 and 5 is no refusal.</summary>
    private static Reply Own(MilterPacket answer)
    {
        string text = string.Concat((answer.Strings() is [var first, ..] ? first : "").Take(400).Select(static c => c is >= ' ' and <= '~' ? c : ' '));
        string[] words = text.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0 || words[0].Length != 3 || !int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out int code) || code is < 400 or > 599)
            return Responses.FilterDefers;
        Reply plain = code < 500 ? Responses.FilterDefers : Responses.FilterRefused;
        return words.Length > 1 && EnhancedStatus.TryParse(words[1], out EnhancedStatus status) ? new(code, status, words.Length > 2 ? words[2] : plain.Text)
            : new(code, plain.Status, text[3..].Trim() is { Length: > 0 } said ? said : plain.Text);
    }
}

using DirMail.Mail;

namespace DirMail.Servers.Smtp.Checks;

/// <summary>What the checks of a message came to.</summary>
/// <param name="Fields">To be put before the message; "" for none.</param>
/// <param name="Summary">For the trail; "": nothing was checked.</param>
/// <param name="Refusal">Null: it may pass.</param>
internal sealed record CheckReport(string Fields, string Summary, Reply? Refusal)
{
    public static readonly CheckReport Nothing = new("", "", null);

    /// <summary>A stranger's text as it may stand in a log line.</summary>
    public static string Printable(string? text) => string.Concat((text ?? "").Take(200).Select(static c => c is > ' ' and <= '~' ? c : '?'));

    /// <summary>What filters want besides.</summary>
    public FilterVerdict Filter { get; init; } = FilterVerdict.Nothing;
}

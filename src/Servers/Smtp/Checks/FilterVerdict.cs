using DirMail.Mail;

namespace DirMail.Servers.Smtp.Checks;

/// <summary>What a filter, or all of them in turn, want done with a message.</summary>
internal sealed record FilterVerdict
{
    public static readonly FilterVerdict Nothing = new();

    /// <summary>Null: it may pass.</summary>
    public Reply? Refusal { get; init; }

    /// <summary>The sender is told that all is well, and nothing is kept.</summary>
    public bool IsDiscarded { get; init; }

    /// <summary>Delivered with the mark of unwanted mail.</summary>
    public bool IsSuspicious { get; init; }

    /// <summary>Whole fields with line ends, to stand above the message.</summary>
    public string Fields { get; init; } = "";

    /// <summary>The given field of a name, counted from 1 from the top, becomes another value; "" takes it away.</summary>
    public IReadOnlyList<FieldChange> Changes { get; init; } = [];
    public IReadOnlyList<MailAddress> Added { get; init; } = [];
    public IReadOnlyList<MailAddress> Removed { get; init; } = [];
}

internal sealed record FieldChange(string Name, int Index, string Value);

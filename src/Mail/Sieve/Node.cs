using System.Collections.Immutable;

namespace DirMail.Mail.Sieve;

/// <summary>A command or a test as written (RFC 5228 8.2): both have the same form.</summary>
/// <param name="Block">Null: it ends with a semicolon, or is a test.</param>
internal sealed record Node(string Name, int Line, ImmutableArray<Argument> Arguments, ImmutableArray<Node> Tests, ImmutableArray<Node>? Block);

internal enum ArgumentKind
{
    Tag,
    Number,
    String,
    List,
}

/// <param name="Strings">Of a string, the one; of a list, any number.</param>
internal sealed record Argument(ArgumentKind Kind, string Tag, long Number, ImmutableArray<string> Strings)
{
    public bool IsText => Kind is ArgumentKind.String or ArgumentKind.List;

    public override string ToString() => Kind switch
    {
        ArgumentKind.Tag => SieveFault.Quote(":" + Tag),
        ArgumentKind.Number => $"the number {Number}",
        ArgumentKind.String => $"the string {SieveFault.Quote(Strings[0])}",
        _ => "a list of strings",
    };
}

using System.Collections.Immutable;

namespace DirMail.Mail.Sieve;

/// <summary>Takes the arguments of a command or test one after the other: tags in any order, then what stands at fixed places (RFC 5228 2.6). What nobody took is a fault.</summary>
internal sealed class TakenArguments(Node node, PieceChecker checker)
{
    private readonly List<Argument> _left = [.. node.Arguments];

    /// <summary>Whether the tag is there.</summary>
    /// <param name="extension">Which the tag belongs to; null: it always may stand there.</param>
    public bool Tag(string tag, string? extension = null)
    {
        int at = Find(tag, extension);
        if (at >= 0)
            _left.RemoveAt(at);
        return at >= 0;
    }

    /// <summary>The strings behind the tag; null: it is not there.</summary>
    public ImmutableArray<string>? Tagged(string tag, string? extension, bool isList)
    {
        int at = Find(tag, extension);
        if (at < 0)
            return null;
        Argument? value = at + 1 < _left.Count && _left[at + 1] is { IsText: true } text && (isList || text.Kind == ArgumentKind.String) ? text : null;
        if (value is null)
            checker.Fail(node, $":{tag} without its {(isList ? "strings" : "string")}");
        _left.RemoveRange(at, value is null ? 1 : 2);
        return value?.Strings ?? [""];
    }

    /// <summary>The number behind the tag; null: it is not there.</summary>
    public long? TaggedNumber(string tag)
    {
        int at = Find(tag, null);
        if (at < 0)
            return null;
        Argument? value = at + 1 < _left.Count && _left[at + 1].Kind == ArgumentKind.Number ? _left[at + 1] : null;
        if (value is null)
            checker.Fail(node, $":{tag} without its number");
        _left.RemoveRange(at, value is null ? 1 : 2);
        return value?.Number;
    }

    public string String(string what) => Next(what, ArgumentKind.String, static argument => argument.Kind == ArgumentKind.String).Strings is [var only] ? only : "";

    public ImmutableArray<string> Strings(string what) => Next(what, ArgumentKind.List, static argument => argument.IsText).Strings;

    public long Number(string what) => Next(what, ArgumentKind.Number, static argument => argument.Kind == ArgumentKind.Number).Number;

    /// <summary>How many nobody took yet.</summary>
    public int Left => _left.Count;

    /// <summary>Nothing is left over.</summary>
    public void End(int tests = 0)
    {
        if (_left.Count > 0)
            checker.Fail(node, $"{_left[0]} does not belong here");
        if (node.Tests.Length != tests)
            checker.Fail(node, node.Tests.Length > tests ? "takes no further test" : "without a test");
    }

    private Argument Next(string what, ArgumentKind kind, Func<Argument, bool> fits)
    {
        Argument? next = _left.Count > 0 ? _left[0] : null;
        if (next is not null && fits(next))
        {
            _left.RemoveAt(0);
            return next;
        }
        checker.Fail(node, next is null ? $"without {what}" : $"{next} instead of {what}");
        return new(kind, "", 0, []);
    }

    private int Find(string tag, string? extension)
    {
        int at = _left.FindIndex(argument => argument.Kind == ArgumentKind.Tag && argument.Tag == tag);
        if (at >= 0 && extension is not null)
            checker.Need(node, extension, $":{tag}");
        return at;
    }
}

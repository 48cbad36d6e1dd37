using System.Collections.Immutable;
using System.Text;

namespace DirMail.Store.Exchange;

/// <summary>The header fields by which an mbox keeps flags; they are no part of the message.</summary>
internal sealed class MboxFlags
{
    private static readonly (char Letter, SystemFlags Flag)[] More = [('A', SystemFlags.Answered), ('F', SystemFlags.Flagged), ('T', SystemFlags.Draft), ('D', SystemFlags.Deleted)];

    private SystemFlags _system;
    private ImmutableArray<string> _keywords = [];

    public MessageFlags Flags => new(_system, _keywords);

    public static string Letters(SystemFlags flags) => string.Concat(More.Where(m => flags.HasFlag(m.Flag)).Select(m => m.Letter));

    /// <summary>True: the line is such a field and has been taken.</summary>
    public bool Take(ReadOnlySpan<byte> line)
    {
        int colon = line.IndexOf((byte)':');
        if (colon is < 6 or > 10)
            return false;
        string name = Encoding.ASCII.GetString(line[..colon]).ToLowerInvariant(), value = Encoding.UTF8.GetString(line[(colon + 1)..]).Trim();
        switch (name)
        {
            case "status":
                _system |= value.Contains('R', StringComparison.Ordinal) ? SystemFlags.Seen : SystemFlags.None;
                return true;
            case "x-status":
                foreach ((char letter, SystemFlags flag) in More)
                    _system |= value.Contains(letter, StringComparison.Ordinal) ? flag : SystemFlags.None;
                return true;
            case "x-keywords":
                _keywords = [.. value.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
                return true;
            default:
                return false;
        }
    }
}

using System.Text;

namespace DirMail.Routing.Cache;

/// <summary>What a file of the cache says of itself.</summary>
/// <param name="Number">Files follow each other by number.</param>
/// <param name="IsBase">It needs none before it.</param>
/// <param name="Search">Who searched what (<see cref="SearchText"/>): a cookie is good for nothing else.</param>
internal sealed record CacheHeader(int Number, bool IsBase, string Search)
{
    private const string Format = "DirMail directory cache 1";

    /// <summary>Not the server: cookies are opaque, and a server that does not know one asks for a full refresh.</summary>
    public static string SearchText(DirectorySettings settings) =>
        $"bind {settings.BindDn}\nbase {settings.BaseDn}{(settings.Schema1Suffix.Length > 0 ? " and " + settings.Schema1Suffix : "")}\nclasses {string.Join(' ', Following.FollowedEntries.Classes(settings))}\nattributes all";

    public byte[] Octets => Encoding.UTF8.GetBytes($"{Format}\n{Number}\n{(IsBase ? "base" : "journal")}\n{Search}");

    /// <summary>Null when it is no header of this version.</summary>
    public static CacheHeader? Read(ReadOnlySpan<byte> octets)
    {
        string[] lines = Encoding.UTF8.GetString(octets).Split('\n', 4);
        return lines.Length == 4 && lines[0] == Format && int.TryParse(lines[1], System.Globalization.CultureInfo.InvariantCulture, out int number)
            ? new(number, lines[2] == "base", lines[3])
            : null;
    }
}

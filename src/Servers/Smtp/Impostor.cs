using System.Text;

namespace DirMail.Servers.Smtp;

/// <summary>
/// Lines that are no command of ours, and after which nothing on the connection may be taken for one: a chunk of unknown length follows, or the client speaks to a web server. A page in a browser can have it
/// send such requests anywhere, with a message for us as their body.
/// </summary>
internal static class Impostor
{
    private static readonly string[] Verbs = ["BDAT", "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];

    public static bool Is(string line) => Array.Exists(Verbs, verb => line.StartsWith(verb, StringComparison.OrdinalIgnoreCase) && (line.Length == verb.Length || !char.IsAsciiLetterOrDigit(line[verb.Length])));

    /// <summary>How a line began that could not be read.</summary>
    public static bool Is(ReadOnlySpan<byte> line) => Is(Encoding.Latin1.GetString(line));
}

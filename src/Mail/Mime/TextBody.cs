using System.Text;

namespace DirMail.Mail.Mime;

/// <summary>A text written as the body of a message, or of a part of one: with its MIME fields, the blank line and the octets, all of it ASCII.</summary>
public static class TextBody
{
    private const int LongestLine = 900;
    private const int Base64Line = 57;

    /// <param name="text">Its lines end with CR LF, but the last.</param>
    public static string Compose(string text)
    {
        bool isPlain = text.Split("\r\n").All(static line => line.Length <= LongestLine && line.All(static c => c is '\t' or (>= ' ' and <= '~')));
        return "Content-Type: text/plain; charset=utf-8\r\n"
            + (isPlain ? $"Content-Transfer-Encoding: 7bit\r\n\r\n{text}\r\n" : $"Content-Transfer-Encoding: base64\r\n\r\n{InBase64(text + "\r\n")}");
    }

    private static string InBase64(string text) => string.Concat(Encoding.UTF8.GetBytes(text).Chunk(Base64Line).Select(static line => Convert.ToBase64String(line) + "\r\n"));
}

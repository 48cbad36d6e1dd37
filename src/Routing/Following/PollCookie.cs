using System.Text;

namespace DirMail.Routing.Following;

/// <summary>Up to which time of the directory's own clock all changes are in force, as octets that no content synchronisation gives for a cookie.</summary>
internal static class PollCookie
{
    private const string Mark = "dirmail-poll ";

    public static byte[] Write(DateTimeOffset upTo) => Encoding.ASCII.GetBytes(Mark + EntryStamp.WriteTime(upTo));

    /// <summary>Null for none and for a cookie of content synchronisation.</summary>
    public static DateTimeOffset? Read(byte[]? cookie)
    {
        string text = Encoding.ASCII.GetString(cookie ?? []);
        return text.StartsWith(Mark, StringComparison.Ordinal) && EntryStamp.TryReadTime(text[Mark.Length..], out DateTimeOffset upTo) ? upTo : null;
    }
}

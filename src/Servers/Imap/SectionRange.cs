using DirMail.Mail.Mime;
using DirMail.Servers.Imap.Grammar;

namespace DirMail.Servers.Imap;

/// <summary>Finds the octets that a section names (RFC 9051 6.4.5.1).</summary>
internal static class SectionRange
{
    /// <summary>For HEADER.FIELDS the whole header. Null: the message has no such part, or the part no such text.</summary>
    public static OctetRange? Find(Section section, StoredMessage message)
    {
        if (section.IsWhole)
            return new(0, message.Content.Octets);
        if (section.IsHeader)
            return new(0, message.HeaderOctets);
        if (Part(message.Structure!.Root, section.Part) is not { } part)
            return null;
        if (section.Part.Count > 0)
        {
            if (section.Text == SectionText.All)
                return Shown(message, part.BodyStart, part.BodyEnd);
            if (section.Text == SectionText.Mime)
                return Shown(message, part.HeaderStart, part.BodyStart);
            // Header and text of a part are those of the message it holds.
            if (!part.IsMessage || part.Children is not [MimePart enclosed, ..])
                return null;
            return section.Text == SectionText.Text ? Shown(message, enclosed.BodyStart, enclosed.BodyEnd) : Shown(message, enclosed.HeaderStart, enclosed.BodyStart);
        }
        return new(message.Shown(part.BodyStart), message.Content.Octets);
    }

    /// <summary>
    /// The entity at a part number. A number counts the parts of a multipart; what is none is its own part 1; the inside of an enclosed message is numbered
    /// as the message's own parts are.
    /// </summary>
    public static MimePart? Part(MimePart root, IReadOnlyList<int> numbers)
    {
        MimePart part = root;
        bool isMessageRoot = true;
        foreach (int number in numbers)
        {
            if (!isMessageRoot && part.IsMessage && part.Children is [MimePart enclosed, ..])
            {
                part = enclosed;
                isMessageRoot = true;
            }
            if (part.IsMultipart)
            {
                if (number > part.Children.Length)
                    return null;
                part = part.Children[number - 1];
            }
            else if (number != 1 || !isMessageRoot)
            {
                return null;
            }
            isMessageRoot = false;
        }
        return part;
    }

    private static OctetRange Shown(StoredMessage message, long start, long end) => new(message.Shown(start), message.Shown(end));
}

using System.Collections.Immutable;
using DirMail.Mail.Mime;

namespace DirMail.Servers.Imap.Format;

/// <summary>BODY and BODYSTRUCTURE (RFC 9051 7.5.2): the same tree, without and with extension data.</summary>
internal static class BodyStructureFormat
{
    public static void Write(ImapWriter writer, MimePart part, bool extended)
    {
        writer.Octet((byte)'(');
        if (part.IsMultipart)
            Multipart(writer, part, extended);
        else
            Leaf(writer, part, extended);
        writer.Octet((byte)')');
    }

    private static void Multipart(ImapWriter writer, MimePart part, bool extended)
    {
        foreach (MimePart child in part.Children)
            Write(writer, child, extended);
        // The grammar knows no multipart without parts: one that has none is shown with an empty text.
        if (part.Children.IsDefaultOrEmpty)
            writer.Raw("(\"text\" \"plain\" NIL NIL NIL \"7bit\" 0 0)"u8);
        writer.Space();
        writer.String(part.Subtype);
        if (!extended)
            return;
        writer.Space();
        Parameters(writer, part.Parameters);
        Tail(writer, part);
    }

    private static void Leaf(ImapWriter writer, MimePart part, bool extended)
    {
        // A message whose inside was not parsed (too deep) cannot be shown as one: the grammar asks for its envelope and body.
        bool opaque = part.IsMessage && part is not { EnclosedEnvelope: not null, Children: [_, ..] };
        writer.String(opaque ? "application" : part.Type);
        writer.Space();
        writer.String(opaque ? "octet-stream" : part.Subtype);
        writer.Space();
        Parameters(writer, part.Parameters);
        writer.Space();
        writer.NString(part.ContentId);
        writer.Space();
        writer.NString(part.Description);
        writer.Space();
        writer.String(part.Encoding);
        writer.Space();
        writer.Number(part.BodyEnd - part.BodyStart);
        if (!opaque && part.IsMessage && part is { EnclosedEnvelope: { } envelope, Children: [MimePart enclosed, ..] })
        {
            writer.Space();
            EnvelopeFormat.Write(writer, envelope);
            writer.Space();
            Write(writer, enclosed, extended);
        }
        if (!opaque && part.IsMessage || part.Type == "text")
        {
            writer.Space();
            writer.Number(part.BodyLines);
        }
        if (!extended)
            return;
        writer.Space();
        writer.NString(part.Md5);
        Tail(writer, part);
    }

    private static void Tail(ImapWriter writer, MimePart part)
    {
        writer.Space();
        Disposition(writer, part);
        writer.Space();
        Languages(writer, part.Languages);
        writer.Space();
        writer.NString(part.Location);
    }

    private static void Disposition(ImapWriter writer, MimePart part)
    {
        if (part.Disposition is null)
        {
            writer.Raw("NIL"u8);
            return;
        }
        writer.Octet((byte)'(');
        writer.String(part.Disposition);
        writer.Space();
        Parameters(writer, part.DispositionParameters);
        writer.Octet((byte)')');
    }

    private static void Languages(ImapWriter writer, ImmutableArray<string> languages)
    {
        if (languages.IsDefaultOrEmpty)
        {
            writer.Raw("NIL"u8);
            return;
        }
        writer.Octet((byte)'(');
        for (int i = 0; i < languages.Length; i++)
        {
            if (i > 0)
                writer.Space();
            writer.String(languages[i]);
        }
        writer.Octet((byte)')');
    }

    private static void Parameters(ImapWriter writer, ImmutableArray<MimeParameter> parameters)
    {
        if (parameters.IsDefaultOrEmpty)
        {
            writer.Raw("NIL"u8);
            return;
        }
        writer.Octet((byte)'(');
        for (int i = 0; i < parameters.Length; i++)
        {
            if (i > 0)
                writer.Space();
            writer.String(parameters[i].Name);
            writer.Space();
            writer.String(parameters[i].Value);
        }
        writer.Octet((byte)')');
    }
}

using System.Collections.Immutable;
using DirMail.Mail.Mime;

namespace DirMail.Servers.Imap.Format;

/// <summary>ENVELOPE (RFC 9051 7.5.2).</summary>
internal static class EnvelopeFormat
{
    public static void Write(ImapWriter writer, MessageEnvelope envelope)
    {
        writer.Octet((byte)'(');
        writer.NString(envelope.Date);
        writer.Space();
        writer.NString(envelope.Subject);
        writer.Space();
        Addresses(writer, envelope.From);
        writer.Space();
        Addresses(writer, envelope.Sender.IsDefaultOrEmpty ? envelope.From : envelope.Sender);
        writer.Space();
        Addresses(writer, envelope.ReplyTo.IsDefaultOrEmpty ? envelope.From : envelope.ReplyTo);
        writer.Space();
        Addresses(writer, envelope.To);
        writer.Space();
        Addresses(writer, envelope.Cc);
        writer.Space();
        Addresses(writer, envelope.Bcc);
        writer.Space();
        writer.NString(envelope.InReplyTo);
        writer.Space();
        writer.NString(envelope.MessageId);
        writer.Octet((byte)')');
    }

    /// <summary>The same, straight from its stored form.</summary>
    public static void Write(ImapWriter writer, in StoredEnvelope envelope)
    {
        writer.Octet((byte)'(');
        writer.NString(envelope.Date);
        writer.Space();
        writer.NString(envelope.Subject);
        writer.Space();
        Addresses(writer, envelope.From);
        writer.Space();
        Addresses(writer, envelope.Sender.IsEmpty ? envelope.From : envelope.Sender);
        writer.Space();
        Addresses(writer, envelope.ReplyTo.IsEmpty ? envelope.From : envelope.ReplyTo);
        writer.Space();
        Addresses(writer, envelope.To);
        writer.Space();
        Addresses(writer, envelope.Cc);
        writer.Space();
        Addresses(writer, envelope.Bcc);
        writer.Space();
        writer.NString(envelope.InReplyTo);
        writer.Space();
        writer.NString(envelope.MessageId);
        writer.Octet((byte)')');
    }

    private static void Addresses(ImapWriter writer, StoredAddresses addresses)
    {
        if (addresses.IsEmpty)
        {
            writer.Raw("NIL"u8);
            return;
        }
        writer.Octet((byte)'(');
        while (addresses.Next(out StoredText name, out StoredText mailbox, out StoredText host))
        {
            writer.Octet((byte)'(');
            writer.NString(name);
            writer.Raw(" NIL "u8);
            writer.NString(mailbox);
            writer.Space();
            writer.NString(host);
            writer.Octet((byte)')');
        }
        writer.Octet((byte)')');
    }

    private static void Addresses(ImapWriter writer, ImmutableArray<HeaderAddress> addresses)
    {
        if (addresses.IsDefaultOrEmpty)
        {
            writer.Raw("NIL"u8);
            return;
        }
        writer.Octet((byte)'(');
        foreach (HeaderAddress address in addresses)
        {
            writer.Octet((byte)'(');
            writer.NString(address.Name);
            writer.Raw(" NIL "u8); // the source route, obsolete
            writer.NString(address.Mailbox);
            writer.Space();
            writer.NString(address.Host);
            writer.Octet((byte)')');
        }
        writer.Octet((byte)')');
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text;
using DirMail.Mail;
using DirMail.Mail.Mime;

namespace DirMail.Transfer;

/// <summary>
/// Header lines that we put before the untouched original: Return-Path and Received (RFC 5321 4.4), and for submitted mail the Date and Message-ID it lacks
/// (RFC 6409 8). Whatever a client claimed is cleaned here, so no header line can be smuggled in.
/// </summary>
internal static class Trace
{
    /// <param name="only">The recipient, when there is just one: "for" names nobody to the others.</param>
    public static string Received(Origin origin, AcceptanceId id, DateTimeOffset at, MailAddress? only)
    {
        var line = new StringBuilder(256);
        line.Append("Received: ");
        if (origin.Client is { } client)
            line.Append("from ").Append(Clean(origin.ClientName)).Append(" (").Append(Host(origin.ClientReverseName, client)).Append(")\r\n\t");
        line.Append("by ").Append(Clean(origin.ByHost)).Append(" (DirMail) with ").Append(origin.Protocol);
        if (origin.TlsVersion is { } tls)
            line.Append("\r\n\t(using ").Append(Clean(tls)).Append(')');
        line.Append("\r\n\tid ").Append(id);
        if (only is { } recipient)
            line.Append("\r\n\tfor <").Append(recipient).Append('>');
        return line.Append(";\r\n\t").Append(MailDate.Format(at)).Append("\r\n").ToString();
    }

    public static string ReturnPath(MailAddress? sender) => $"Return-Path: <{sender}>\r\n";

    /// <summary>What a group or forward puts before what it sends to others, to know it again (<see cref="HasPassed"/>).</summary>
    public static string DeliveredTo(MailAddress given) => $"Delivered-To: {given}\r\n";

    /// <summary>Whether the message has been at this address before, as its Delivered-To fields say.</summary>
    public static bool HasPassed(MessageStructure structure, MailAddress given)
    {
        foreach (string value in structure.DeliveredTo)
            if (MailAddress.TryParse(value.AsSpan().Trim().Trim("<>").ToString(), out MailAddress before) && before.IsSameAs(given))
                return true;
        return false;
    }

    /// <summary>Length of the Return-Path line that a prefix for a mailbox here begins with; 0: there is none.</summary>
    public static int ReturnPathOctets(ReadOnlySpan<byte> prefix) => prefix.StartsWith("Return-Path:"u8) ? prefix.IndexOf("\r\n"u8) + 2 : 0;

    /// <summary>The same, or of the Delivered-To line that a prefix for another server may begin with: what is made anew when the recipient is resolved again.</summary>
    public static int OwnLineOctets(ReadOnlySpan<byte> prefix) => prefix.StartsWith("Delivered-To:"u8) ? prefix.IndexOf("\r\n"u8) + 2 : ReturnPathOctets(prefix);

    /// <summary>Date and Message-ID when the submitted message has none; empty when it has both.</summary>
    public static string Missing(MessageStructure structure, string hostName, AcceptanceId id, DateTimeOffset at)
    {
        string date = structure.Envelope.Date is null ? $"Date: {MailDate.Format(at)}\r\n" : "";
        return structure.Envelope.MessageId is null ? $"{date}Message-ID: <{id}@{Clean(hostName)}>\r\n" : date;
    }

    private static string Host(string reverseName, IPAddress address)
    {
        string literal = address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[IPv6:{address}]" : $"[{address}]";
        return reverseName.Length == 0 ? literal : $"{Clean(reverseName)} {literal}";
    }

    /// <summary>Letters, digits and the marks of host names and literals; anything else becomes a question mark.</summary>
    private static string Clean(string claimed)
    {
        if (claimed.Length == 0)
            return "unknown";
        return string.Create(Math.Min(claimed.Length, 255), claimed, static (text, source) =>
        {
            for (int i = 0; i < text.Length; i++)
                text[i] = char.IsAsciiLetterOrDigit(source[i]) || "-._:[]".Contains(source[i]) ? source[i] : '?';
        });
    }
}

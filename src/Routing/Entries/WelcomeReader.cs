using System.Collections.Immutable;
using System.Text;
using DirMail.Mail;
using DirMail.Mail.Mime;

namespace DirMail.Routing.Entries;

/// <summary>Reads the first message for new users of a domain. Of its header only Subject and From count, and both are written anew: nothing of the value becomes a field as it stands.</summary>
internal static class WelcomeReader
{
    /// <summary>In base64 that is no more than what lies in the database with its row.</summary>
    private const int LongestText = 12 * 1024;
    private const int MostLanguages = 20;
    private const int LongestLine = 200;
    private const string UsualSubject = "Welcome";

    /// <param name="domain">All names of the domain.</param>
    public static ImmutableArray<Welcome> Read(EntryValues values, ImmutableArray<string> domain, AttributeNames names)
    {
        var found = ImmutableArray.CreateBuilder<Welcome>();
        foreach ((string? language, string text) in values.ByLanguage(names.WelcomeMessage))
            if (text.Length > LongestText)
                values.Problem(names.WelcomeMessage, $"'{EntryValues.Shown(text)}' has {text.Length} characters, {LongestText} may be sent: it is not");
            else if (found.Count == MostLanguages)
                values.Problem(names.WelcomeMessage, $"is there in more than {MostLanguages} languages: '{EntryValues.Shown(text)}' does not count");
            else
                found.Add(Read(values, language, text, domain, names.WelcomeMessage));
        return found.ToImmutable();
    }

    private static Welcome Read(EntryValues values, string? language, string value, ImmutableArray<string> domain, string attribute)
    {
        string text = value.Replace("\r\n", "$", StringComparison.Ordinal).Replace('\n', '$');
        int end = text.IndexOf("$$", StringComparison.Ordinal);
        if (end < 0)
            values.Problem(attribute, $"'{EntryValues.Shown(text)}' has no empty line ($$) between header and text: all of it is text");
        if (text.Contains("[URL]", StringComparison.OrdinalIgnoreCase))
            values.WithoutEffect(attribute, "there is no page that [URL] could name: it is left out");
        HeaderBlock header = HeaderBlock.Parse(Encoding.UTF8.GetBytes(end < 0 ? "" : DirectoryText.Filled(text[..end]) + "\r\n\r\n"));
        string subject = OneLine(header.First("Subject"));
        string[] others = [.. header.Fields.Select(static field => field.Name).Where(static name => !name.Equals("Subject", StringComparison.OrdinalIgnoreCase) && !name.Equals("From", StringComparison.OrdinalIgnoreCase))];
        if (others.Length > 0)
            values.Problem(attribute, $"of the header only Subject and From count, not {EntryValues.Shown(string.Join(", ", others))}");
        var welcome = new Welcome(language, subject.Length > 0 ? subject : UsualSubject, end < 0 ? text : text[(end + 2)..]);
        return header.First("From") is { } from ? WithSender(values, welcome, from, domain, attribute) : welcome;
    }

    /// <summary>Must lie in the domain, or a tenant could write in a neighbour's name.</summary>
    private static Welcome WithSender(EntryValues values, Welcome welcome, string from, ImmutableArray<string> domain, string attribute)
    {
        if (AddressList.Parse(from) is [{ Mailbox: { } local, Host: { } host, Name: var name }] && MailAddress.TryParse($"{local}@{host}", out MailAddress sender) && domain.Contains(sender.DomainKey) && !sender.NeedsUtf8)
            return welcome with { Sender = sender, SenderName = OneLine(name) };
        values.Problem(attribute, $"From '{EntryValues.Shown(from)}' is not one address of the domain: its postmaster is the sender");
        return welcome;
    }

    private static string OneLine(string? text)
    {
        string line = DirectoryText.Line(EncodedWords.Decode(text ?? ""));
        return line.Length <= LongestLine ? line : line[..LongestLine];
    }
}

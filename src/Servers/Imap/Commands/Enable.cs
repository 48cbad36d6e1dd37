using System.Text;
using DirMail.Servers.Imap.Grammar;

namespace DirMail.Servers.Imap.Commands;

/// <summary>RFC 5161. What is not known is passed over.</summary>
internal static class Enable
{
    private static readonly Dictionary<string, Extensions> s_known = new(StringComparer.Ordinal)
    {
        ["CONDSTORE"] = Extensions.Condstore,
        ["IMAP4REV2"] = Extensions.Rev2 | Extensions.Utf8,
        ["UTF8=ACCEPT"] = Extensions.Utf8,
        ["QRESYNC"] = Extensions.Qresync | Extensions.Condstore,
    };

    public static Task<Completion> RunAsync(ImapSession session, ImapReader arguments, CancellationToken cancellationToken)
    {
        StringBuilder enabled = new("* ENABLED");
        Extensions wanted = Extensions.None;
        do
        {
            arguments.Space();
            string word = arguments.Word();
            if (s_known.TryGetValue(word, out Extensions extension) && (wanted & extension) != extension)
                enabled.Append(' ').Append(word == "IMAP4REV2" ? "IMAP4rev2" : word);
            wanted |= extension;
        }
        while (arguments.Next == ' ');
        if (!arguments.End())
            return Task.FromResult(Completion.Bad(arguments.Error));
        session.Writer.Line(enabled.ToString());
        if (session.Selected is { } box && (wanted & Extensions.Condstore) != 0 && !session.Has(Extensions.Condstore))
            session.Writer.Line($"* OK [HIGHESTMODSEQ {box.Since.Value}] so far");
        session.Enable(wanted);
        return Task.FromResult(Completion.Ok("ENABLE completed"));
    }
}

using System.Globalization;
using System.Text;
using DirMail.Demo;
using Xunit;

namespace DirMail.Interop;

/// <summary>Dovecot as the reference for ENVELOPE and BODYSTRUCTURE: both servers get the same hard messages and are asked the same by the same client.</summary>
public sealed class DovecotTests(RunningServer server) : IClassFixture<RunningServer>
{
    private const int MostDifferences = 30;

    /// <summary>Where we mean to differ: the message, and the section that lets or makes us.</summary>
    private static readonly Dictionary<string, string> Known = new(StringComparer.Ordinal)
    {
        ["no boundary in the body"] = "RFC 2046 5.1.1: no part begins without a boundary; the text is shown instead of nothing",
        ["empty multipart"] = "RFC 2046 5.1: a multipart has a part; what is there is shown as one",
        ["multipart in a message in a multipart"] = "RFC 2046 5.1.1: the line end before the outer boundary is the boundary's",
        ["message/delivery-status"] = "RFC 2046 5.1.1: the line end before the boundary is the boundary's, after a header too",
        ["encoded message"] = "RFC 2046 5.2.1: a message has no encoding; one that has is shown as a file",
        ["address a@b.test,c@d.test,,e@f.test"] = "RFC 5322 4.4: obs-addr-list, empty elements are nobody",
        ["address <@relay.test,@other.test:a@b.test>"] = "RFC 5322 4.4: the route should be ignored",
        ["address R <@relay.test:a@b.test>"] = "RFC 5322 4.4: the route should be ignored",
        ["address a . b @ c . test"] = "RFC 5322 4.4: obs-local-part and obs-domain, blanks around dots",
        ["address <>"] = "RFC 5322 3.4: no address",
        ["address A <a@b.test"] = "RFC 5322 3.4: not closed, and yet an address",
        ["address A a@b.test>"] = "RFC 5322 3.4: not opened, and yet an address",
        ["address a@b.test;c@d.test"] = "RFC 5322 3.4: a semicolon ends groups; some programs part addresses by it",
        ["address \"unclosed <a@b.test>"] = "RFC 5322 3.2.4: a quote that is not closed",
        ["field Subject: folded\\r\\n over\\r\\n\\tthree lines"] = "RFC 5322 2.2.3: unfolding takes line ends out and nothing else",
        ["field Subject: tab\\tin it"] = "RFC 5322 2.2.3: a tab stays a tab",
        ["field Subject: first\\r\\nSubject: second"] = "RFC 5322 3.6: at most one; the first counts here",
        ["field From: a@b.test\\r\\nFrom: c@d.test"] = "RFC 5322 3.6: at most one; the first counts here",
        ["field To: a@b.test\\r\\nTo: c@d.test"] = "RFC 5322 3.6: at most one; the first counts here",
        ["field Content-Type: text"] = "RFC 2045 5.2: what has no readable type is text/plain",
        ["field Content-Type: /plain"] = "RFC 2045 5.2: what has no readable type is text/plain",
        ["field Content-Type:"] = "RFC 2045 5.2: what has no readable type is text/plain",
        ["field Content-Type: application/octet-stream; name=a b.txt"] = "RFC 2045 5.1: a value with blanks wants quotes; the name is shown whole",
        ["field Content-Type: application/x-thing; name*=utf-8''gr%C3%BC.txt"] = "RFC 2231 6: IMAP servers decode extended parameters",
        ["field Content-Type: application/x-thing; name*0*=utf-8''gr%C3%BC; name*1=\"n.txt\""] = "RFC 2231 6: IMAP servers decode extended parameters",
        ["field Content-Disposition: attachment; filename*=utf-8''gr%C3%BC.txt"] = "RFC 2231 6: IMAP servers decode extended parameters",
        ["field Content-Disposition:"] = "RFC 2183 2: a disposition has a type; without one there is none",
        ["field Content-Type: multipart/mixed"] = "RFC 2046 5.1.1: the boundary is required; read as text (RFC 2045 5.2)",
        ["field Content-Type: multipart/mixed; boundary=\"\""] = "RFC 2046 5.1.1: the boundary is required; read as text (RFC 2045 5.2)",
        ["field with octets of Latin-1"] = "RFC 9051 4.3.1: strings are UTF-8",
    };

    [Fact]
    public async Task Envelopes_and_structures_are_those_of_dovecot()
    {
        Assert.InRange(Known.Count, 0, MostDifferences);
        IReadOnlyList<(string Name, byte[] Octets)> messages = HardMessages.All();
        Assert.True(messages.Count >= 150 && messages.Select(static m => m.Name).Distinct().Count() == messages.Count);
        await using Dovecot dovecot = await Dovecot.StartAsync();
        Task<IReadOnlyList<(string Envelope, string Structure)>> theirs = AskAsync(dovecot.Port, Dovecot.User, Dovecot.Password, messages);
        IReadOnlyList<(string Envelope, string Structure)> ours = await AskAsync(server.Imap, DemoUser.Carol.Address, DemoUser.Carol.Password, messages);
        var report = new StringBuilder();
        for (int i = 0; i < messages.Count; i++)
        {
            bool isSame = ours[i] == (await theirs)[i];
            if (isSame == Known.ContainsKey(messages[i].Name))
                report.Append(CultureInfo.InvariantCulture, $"\n{messages[i].Name}: {(isSame ? "does not differ any more" : "")}")
                    .Append(Difference(ours[i].Envelope, (await theirs)[i].Envelope)).Append(Difference(ours[i].Structure, (await theirs)[i].Structure));
        }
        Assert.True(report.Length == 0, report.ToString());
    }

    private static async Task<IReadOnlyList<(string, string)>> AskAsync(int port, string user, string password, IReadOnlyList<(string Name, byte[] Octets)> messages)
    {
        await using ImapPeer peer = await ImapPeer.LogInAsync(port, user, password);
        await peer.DoAsync("CREATE hard");
        await peer.AppendAsync("hard", [.. messages.Select(static m => m.Octets)]);
        await peer.DoAsync("SELECT hard");
        return [.. (await peer.FetchAsync("ENVELOPE BODYSTRUCTURE")).Select(static m => (WithoutWords(ImapValue.Print(m["ENVELOPE"])), ImapValue.Print(Plain(m["BODYSTRUCTURE"])).ToLowerInvariant()))];
    }

    /// <summary>us-ascii is what a text has when it says nothing (RFC 2045 5.2): saying so is no difference.</summary>
    private static object? Plain(object? value)
    {
        if (value is not List<object?> list)
            return value;
        List<object?> plain = [.. list.Select(Plain)];
        if (plain is [string type, string, List<object?> { Count: 2 } parameters, ..] && type.Equals("text", StringComparison.OrdinalIgnoreCase)
            && parameters is [string name, string charset] && name.Equals("charset", StringComparison.OrdinalIgnoreCase) && charset.Equals("us-ascii", StringComparison.OrdinalIgnoreCase))
            plain[2] = null;
        return plain;
    }

    /// <summary>It has words for what is not there; an empty string says so too, as NIL would begin a group (RFC 9051 7.5.2).</summary>
    private static string WithoutWords(string envelope) => envelope.Replace("\"MISSING_MAILBOX\"", "\"\"", StringComparison.Ordinal).Replace("\"MISSING_DOMAIN\"", "\"\"", StringComparison.Ordinal);

    private static string Difference(string ours, string theirs) => ours == theirs ? "" : $"\n   ours    {ours}\n   theirs  {theirs}";
}

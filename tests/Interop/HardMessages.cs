using System.Globalization;
using System.Text;

namespace DirMail.Interop;

/// <summary>Messages that are hard to read, each with a name: written ones for every trap known, and seeded random trees of parts. Lines end with CR LF.</summary>
internal static class HardMessages
{
    private const int Seed = 20261127, Trees = 70;

    /// <summary>Values of From, To and the like.</summary>
    private static readonly string[] Addresses =
    [
        "a@b.test", "<a@b.test>", "A B <a@b.test>", "\"A, B\" <a@b.test>", "\"A \\\"q\\\" B\" <a@b.test>", "a@b.test (A Comment)", "(before) a@b.test", "A (in the middle) B <a@b.test>",
        "a@b.test, c@d.test", "a@b.test,c@d.test,,e@f.test", "team: a@b.test, c@d.test;", "nobody:;", "undisclosed-recipients:;", "\"a team\": a@b.test;, z@z.test",
        "<@relay.test,@other.test:a@b.test>", "R <@relay.test:a@b.test>", "a . b @ c . test", "\"a b\"@c.test", "\"a@b\"@c.test", "a@[192.0.2.1]", "a@[IPv6:2001:db8::1]",
        "=?utf-8?q?Gr=C3=BC=C3=9Fe?= <a@b.test>", "=?utf-8?b?R3LDvMOfZQ==?= =?utf-8?q?_zwei?= <a@b.test>", "\"=?utf-8?q?quoted?=\" <a@b.test>", "a", "A B", "<>", "<a>", "A <a>",
        "a@", "@b.test", "a@b.test c@d.test", "A <a@b.test", "A a@b.test>", "<a@b.test> trailing", "J. R. Smith <a@b.test>", "J.R.Smith <a@b.test>", "a@b.test;c@d.test",
        "A\r\n B <a@b.test>", "A <a@b.test>,\r\n\tC <c@d.test>", "\"A\r\n B\" <a@b.test>", "(only a comment)", "a@b.test (one) (two)", "\"\" <a@b.test>", "\"unclosed <a@b.test>",
        "(unclosed a@b.test", "A <a@b.test> (comment)", "a.b.c@d.e.f.test", "a..b@c.test", ".a@b.test", "a.@b.test", "Gr\u00fc\u00dfe <a@b.test>", "gr\u00fc\u00df@b\u00fccher.test",
    ];

    /// <summary>Those of the trees, whose subject are the parts.</summary>
    private static readonly string[] Sound = ["a@b.test", "A B <a@b.test>", "\"A, B\" <a@b.test>", "a@b.test (A Comment)", "team: a@b.test, c@d.test;", "undisclosed-recipients:;", "=?utf-8?q?Gr=C3=BC=C3=9Fe?= <a@b.test>"];

    /// <summary>Further fields of a message with a text.</summary>
    private static readonly string[] Fields =
    [
        "Subject: plain", "Subject:", "Subject:   spaces around  ", "Subject: folded\r\n over\r\n\tthree lines", "Subject: =?iso-8859-1?q?gr=FC=DFe?=", "Subject: =?utf-8?q?one?= =?utf-8?q?_two?=",
        "Subject: tab\tin it", "Subject: a \"quote\" and \\ backslash", "Subject: gr\u00fc\u00df dich", "Subject: first\r\nSubject: second", "subject: lower case name", "Subject : blank before the colon",
        "Subject: x\r\nno colon here\r\nTo: a@b.test", "Subject: long " + "0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789",
        "Date: Thu, 1 Jan 1970 00:00:00 +0000", "Date: not a date at all", "Date: Thu,\r\n 1 Jan 1970 00:00:00 +0000 (UTC)", "Message-ID: <a@b.test>", "Message-ID: two <a@b.test> <c@d.test>", "Message-ID: no brackets",
        "In-Reply-To: <a@b.test>", "In-Reply-To: <a@b.test>\r\n <c@d.test>", "In-Reply-To: Your message of yesterday", "Sender: s@t.test", "Reply-To: r@t.test", "From: a@b.test\r\nSender:\r\nReply-To:", "From: a@b.test\r\nFrom: c@d.test",
        "To: a@b.test\r\nTo: c@d.test", "Cc: a@b.test\r\nBcc: c@d.test", "References: <a@b.test> <c@d.test>",
        "Content-Type: text/plain", "Content-Type: TEXT/PLAIN; CHARSET=UTF-8", "Content-Type: text/html; charset=\"utf-8\"", "Content-Type: text", "Content-Type: /plain", "Content-Type:", "Content-Type: text/plain; charset", "Content-Type: text/plain;",
        "Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes", "Content-Type: text/plain (a comment); charset=us-ascii (another)", "Content-Type: text / plain ; charset = utf-8", "Content-Type: application/octet-stream; name=a b.txt",
        "Content-Type: application/octet-stream; name=\"a \\\"b\\\".txt\"", "Content-Type: application/x-thing; name*=utf-8''gr%C3%BC.txt", "Content-Type: application/x-thing; name*0=\"long\"; name*1=\"er.txt\"",
        "Content-Type: application/x-thing; name*0*=utf-8''gr%C3%BC; name*1=\"n.txt\"", "Content-Type: application/x-thing; name=\"=?utf-8?q?gr=C3=BC?=\"", "Content-Type: text/plain;\r\n charset=utf-8;\r\n\tformat=flowed",
        "Content-Type: text/plain; charset=a; charset=b", "Content-Type: image/PNG", "Content-Type: audio/basic; x=1;y=2", "Content-Type: text/plain\r\nContent-Type: text/html", "Content-Type: multipart/mixed", "Content-Type: multipart/mixed; boundary=\"\"",
        "Content-Transfer-Encoding: BASE64", "Content-Transfer-Encoding: quoted-printable (comment)", "Content-Transfer-Encoding: x-unknown", "Content-Transfer-Encoding:", "Content-ID: <id@b.test>", "Content-Description: some text\r\n folded", "Content-Description: =?utf-8?q?gr=C3=BC?=",
        "Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==", "Content-Disposition: attachment", "Content-Disposition: ATTACHMENT; filename=a.txt", "Content-Disposition: inline; filename=\"a b.txt\"; size=10", "Content-Disposition: attachment; filename*=utf-8''gr%C3%BC.txt", "Content-Disposition:",
        "Content-Language: en", "Content-Language: de, en-GB , fr", "Content-Language:", "Content-Location: http://b.test/x", "Content-Location: \"quoted\"", "X-Empty:", "X-Odd\u00fc: y",
    ];

    /// <summary>Whole messages: header, empty line, body.</summary>
    private static readonly (string Name, string Text)[] Wholes =
    [
        ("empty", "\r\n"),
        ("no header", "\r\njust text\r\n"),
        ("header alone", "Subject: x\r\n"),
        ("header and empty line", "Subject: x\r\n\r\n"),
        ("header without the empty line", "Subject: x\r\nbody without an empty line before it\r\nmore\r\n"),
        ("no line end at the end", "Subject: x\r\n\r\nlast line"),
        ("begins with a folded line", " folded first\r\nSubject: x\r\n\r\nbody\r\n"),
        ("many fields", string.Concat(Enumerable.Range(0, 600).Select(i => $"X-Field-{i}: value {i}\r\n")) + "Subject: at the end\r\n\r\nbody\r\n"),
        ("two parts", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\n"),
        ("preamble and epilogue", "Content-Type: multipart/mixed; boundary=b\r\n\r\npreamble\r\n--b\r\n\r\none\r\n--b--\r\nepilogue\r\n"),
        ("no closing boundary", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n"),
        ("no boundary in the body", "Content-Type: multipart/mixed; boundary=b\r\n\r\nonly text\r\n"),
        ("empty multipart", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b--\r\n"),
        ("empty parts", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n--b\r\n\r\n--b\r\n\r\n\r\n--b--\r\n"),
        ("part without an empty line", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n--b--\r\n"),
        ("blanks after the boundary", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b  \r\n\r\none\r\n--b--\t\r\n"),
        ("boundary with odd characters", "Content-Type: multipart/mixed; boundary=\"a b:c/d=e?f'(g)+_,-.\"\r\n\r\n--a b:c/d=e?f'(g)+_,-.\r\n\r\none\r\n--a b:c/d=e?f'(g)+_,-.--\r\n"),
        ("boundary of 70", $"Content-Type: multipart/mixed; boundary={new string('x', 70)}\r\n\r\n--{new string('x', 70)}\r\n\r\none\r\n--{new string('x', 70)}--\r\n"),
        ("boundary ends with dashes", "Content-Type: multipart/mixed; boundary=\"b--\"\r\n\r\n--b--\r\n\r\none\r\n--b----\r\n"),
        ("boundary that begins like the outer", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: multipart/mixed; boundary=bb\r\n\r\n--bb\r\n\r\none\r\n--bb--\r\n--b\r\n\r\ntwo\r\n--b--\r\n"),
        ("the same boundary inside", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b--\r\n"),
        ("inner multipart not closed", "Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\nContent-Type: multipart/alternative; boundary=i\r\n\r\n--i\r\n\r\none\r\n--o\r\n\r\ntwo\r\n--o--\r\n"),
        ("boundary in the header of a part", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nSubject: x\r\n--b\r\n\r\ntwo\r\n--b--\r\n"),
        ("text after the closing boundary", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b--\r\n--b\r\n\r\nnot a part\r\n--b--\r\n"),
        ("dashes that are no boundary", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n-- \r\n--c\r\n--\r\none\r\n--b--\r\n"),
        ("message in a message", "Content-Type: message/rfc822\r\n\r\nSubject: inner\r\nFrom: a@b.test\r\n\r\ntext\r\n"),
        ("empty message in a message", "Content-Type: message/rfc822\r\n\r\n"),
        ("message in a multipart", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\ntext\r\n--b--\r\n"),
        ("multipart in a message in a multipart", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\none\r\n--c--\r\n--b\r\n\r\ntwo\r\n--b--\r\n"),
        ("digest", "Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nSubject: one\r\n\r\ntext 1\r\n--b\r\n\r\nSubject: two\r\n\r\ntext 2\r\n--b--\r\n"),
        ("digest with a text", "Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nnot a message\r\n--b\r\n\r\nSubject: two\r\n\r\ntext 2\r\n--b--\r\n"),
        ("encoded message", "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nU3ViamVjdDogeA0KDQp4DQo=\r\n"),
        ("message/partial", "Content-Type: message/partial; number=1; total=2; id=x\r\n\r\nSubject: x\r\n\r\nbody\r\n"),
        ("message/delivery-status", "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@b.test\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\n--b--\r\n"),
        ("deep", string.Concat(Enumerable.Range(0, 20).Select(i => $"Content-Type: multipart/mixed; boundary=b{i}x\r\n\r\n--b{i}x\r\n")) + "\r\ninnermost\r\n" + string.Concat(Enumerable.Range(0, 20).Reverse().Select(i => $"--b{i}x--\r\n"))),
        ("many parts", "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + string.Concat(Enumerable.Range(0, 200).Select(i => $"--b\r\nContent-ID: <{i}@b.test>\r\n\r\npart {i}\r\n")) + "--b--\r\n"),
        ("8-bit body", "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\ngr\u00fc\u00dfe\r\n"),
        ("long lines", "Subject: x\r\n\r\n" + new string('x', 5000) + "\r\n" + new string('y', 5000) + "\r\n"),
    ];

    public static IReadOnlyList<(string Name, byte[] Octets)> All()
    {
        var all = new List<(string, string)>(Wholes);
        foreach (string address in Addresses)
            all.Add(($"address {Escaped(address)}", $"From: {address}\r\nTo: x@y.test\r\nSubject: x\r\n\r\nbody\r\n"));
        foreach (string field in Fields)
            all.Add(($"field {Escaped(field)}", $"{field}\r\nMIME-Version: 1.0\r\n\r\nbody\r\nof two lines\r\n"));
        all.Add(("field with octets of Latin-1", "Subject: gr\u00ff\r\n\r\nbody\r\n"));
        var random = new Random(Seed);
        for (int i = 0; i < Trees; i++)
            all.Add((string.Create(CultureInfo.InvariantCulture, $"tree {i}"), Header(random) + Part(random, 0)));
        return [.. all.Select(static m => (m.Item1, m.Item1.Contains("Latin-1", StringComparison.Ordinal) ? Encoding.Latin1.GetBytes(m.Item2) : Encoding.UTF8.GetBytes(m.Item2)))];
    }

    private static string Escaped(string text) => text.Replace("\r\n", "\\r\\n", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal) is var escaped && escaped.Length > 90 ? escaped[..90] : escaped;

    private static string Header(Random random)
    {
        string[] fields =
        [
            $"From: {Sound[random.Next(Sound.Length)]}", $"To: {Sound[random.Next(Sound.Length)]}", $"Subject: {(random.Next(2) == 0 ? "plain" : "folded\r\n line")}", "Date: Thu, 1 Jan 2026 00:00:00 +0000", "MIME-Version: 1.0",
            $"Message-ID: <{random.Next()}@b.test>", "X-Other: " + new string('o', random.Next(200)),
        ];
        return string.Concat(fields.Where(_ => random.Next(4) > 0).Select(static f => f + "\r\n"));
    }

    /// <summary>Content fields, empty line and body of a part.</summary>
    private static string Part(Random random, int depth) => (depth < 5 ? random.Next(6) : 5) switch
    {
        0 or 1 or 2 => Multipart(random, depth),
        3 => "Content-Type: message/rfc822\r\n\r\n" + Header(random) + Part(random, depth + 1),
        _ => Leaf(random),
    };

    private static string Multipart(Random random, int depth)
    {
        string boundary = string.Create(CultureInfo.InvariantCulture, $"{new string('-', random.Next(3))}b{random.Next(1000)}{(random.Next(3) == 0 ? "=_" : "")}");
        var text = new StringBuilder($"Content-Type: multipart/{(random.Next(2) == 0 ? "mixed" : "alternative")};{(random.Next(2) == 0 ? "" : "\r\n")} boundary=\"{boundary}\"\r\n\r\n");
        if (random.Next(3) == 0)
            text.Append("preamble\r\n");
        for (int parts = random.Next(1, 4); parts > 0; parts--)
            text.Append(CultureInfo.InvariantCulture, $"--{boundary}\r\n{Part(random, depth + 1)}{(random.Next(2) == 0 ? "" : "\r\n")}\r\n");
        if (random.Next(8) > 0)
            text.Append(CultureInfo.InvariantCulture, $"--{boundary}--\r\n");
        return text.Append(random.Next(3) == 0 ? "epilogue\r\n" : "").ToString();
    }

    private static string Leaf(Random random)
    {
        string[] types = ["", "Content-Type: text/plain; charset=utf-8\r\n", "Content-Type: text/html; charset=\"iso-8859-1\"\r\nContent-Transfer-Encoding: quoted-printable\r\n",
            "Content-Type: application/pdf; name=\"a b.pdf\"\r\nContent-Disposition: attachment; filename=\"a b.pdf\"\r\nContent-Transfer-Encoding: base64\r\n", "Content-Type: image/gif\r\nContent-ID: <x@b.test>\r\nContent-Description: some picture\r\n"];
        return types[random.Next(types.Length)] + "\r\n" + string.Concat(Enumerable.Range(0, random.Next(5)).Select(i => new string((char)('a' + i), random.Next(80)) + "\r\n")) + (random.Next(3) == 0 ? "no line end" : "");
    }
}

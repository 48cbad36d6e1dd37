using System.Text;
using DirMail.Mail;
using DirMail.Mail.Sieve;
using Xunit;

namespace DirMail.Interop;

/// <summary>
/// Dovecot's Sieve (sieve-test) as the reference: the same scripts over the same messages come to the same actions, and what is no script for one is none for the other. Left out, since Dovecot differs:
/// the name of an empty group is no address (RFC 5228 5.1), and ? is a character, not an octet (2.7.1).
/// </summary>
public sealed class SievePeerTests : IDisposable
{
    /// <summary>Dovecot takes so many actions of one script by default.</summary>
    private const int TestsAScript = 30;

    private const string Sender = "anna+bounce@xyz.test", Recipient = "alice+lists@bcd.com";
    private const string Require = "require [\"fileinto\", \"envelope\", \"reject\", \"copy\", \"imap4flags\", \"subaddress\", \"relational\", \"comparator-i;ascii-numeric\", \"encoded-character\", \"variables\"];\n";

    private static readonly string[] Messages =
    [
        "From: \"Anna, the first\" <Anna.Berg+work@XYZ.test>\nTo: alice@bcd.com, Team: bob@cde.com, carol@cde.com;\nCc: undisclosed-recipients:;\nSubject: =?utf-8?Q?B=C3=BCcher?= und *Sterne*\nX-Spam-Score: 7\nX-Empty:\nList-Id: <news.lists.test>\nReceived: one\nReceived: two\n\nThe body.\n",
        "From: bob@cde.com\nTo: \"a b\"@bcd.com\nSubject: aaa bbb\n ccc\nX-Spam-Score: 12.5\nX-Number: 007\nDate: Fri, 27 Nov 2026 12:00:00 +0000\n\n" + new string('x', 2000) + "\n",
        "From: =?iso-8859-1?Q?J=F6rg?= <joerg@xyz.test> (comment)\nSender: list@lists.test\nTo: <alice@bcd.com>\nTo: dave@[192.0.2.1]\nSubject:\n\t=?utf-8?B?w7xiZXI=?=\n =?utf-8?B?bWFsZW4=?=\nX-Spam-Score: no\nX-Spam-Flag: YES\n\n",
        "Subject: *\\?*\nTo: nobody\nFrom: <>\n\nx\n",
        "From: a@b.test\nsubject: re: RE: Re:\nReply-To: \"x\\\"y\" <x.y+z+w@sub.Domain.test>, broken@, @nowhere\nX-A: 1\nX-A: 2\nX-A: 10\n\n",
    ];

    private static readonly string[] Tests =
    [
        "true", "false", "not false", "allof(true, true)", "allof(true, false)", "anyof(false, false)", "anyof(false, not false)", "exists \"subject\"", "exists [\"from\", \"x-empty\"]", "exists \"x-none\"",
        "size :over 1K", "size :under 1K", "size :over 100", "size :under 2M", "header \"subject\" \"\"", "header \"subject\" \"aaa bbb ccc\"", "header :contains \"subject\" \"\"", "header :contains \"x-none\" \"\"",
        "header :contains \"subject\" [\"zzz\", \"BBB\"]", "header :matches \"subject\" \"*\"", "header :matches \"subject\" \"?*\"", "header :matches \"subject\" \"*b?b*\"", "header :matches \"subject\" \"a*a*a*b*\"",
        "header :matches \"subject\" \"B?cher *\"", "header :matches \"subject\" \"*\\\\*Sterne\\\\*\"", "header :matches \"subject\" \"\\\\*\\\\\\\\\\\\?\\\\*\"", "header :matches \"subject\" \"re:*re:\"", "header \"subject\" \"bücher und *sterne*\"",
        "header \"subject\" \"BÜCHER und *Sterne*\"", "header :comparator \"i;octet\" \"subject\" \"re: RE: Re:\"", "header :comparator \"i;octet\" \"subject\" \"re: re: re:\"", "header :contains \"subject\" \"übermalen\"", "header :is \"x-empty\" \"\"",
        "header :contains [\"x-spam-flag\", \"x-spam-score\"] \"yes\"", "header :contains \"from\" \"Jörg\"", "header :contains \"from\" \"comment\"", "header :contains \"list-id\" \"<news.\"", "address \"from\" \"anna.berg+work@xyz.test\"", "address :all :is \"from\" \"bob@CDE.com\"",
        "address :domain \"from\" \"xyz.test\"", "address :localpart \"from\" \"joerg\"", "address :localpart :matches \"from\" \"*.berg*\"", "address :user \"from\" \"anna.berg\"", "address :detail \"from\" \"work\"", "address :detail :contains \"from\" \"\"",
        "address :user \"reply-to\" \"x.y\"", "address :detail \"reply-to\" \"z+w\"", "address :domain \"reply-to\" \"SUB.domain.TEST\"", "address [\"to\", \"cc\"] \"carol@cde.com\"", "address :domain \"to\" \"[192.0.2.1]\"", "address :domain \"sender\" \"lists.test\"",
        "envelope \"from\" \"anna+bounce@XYZ.test\"", "envelope :user \"from\" \"anna\"", "envelope :detail \"to\" \"lists\"", "envelope :localpart \"to\" \"alice\"", "envelope :domain [\"from\", \"to\"] \"bcd.com\"", "envelope :contains \"from\" \"\"",
        "header :value \"gt\" :comparator \"i;ascii-numeric\" \"x-spam-score\" \"5\"", "header :value \"lt\" :comparator \"i;ascii-numeric\" \"x-spam-score\" \"10\"", "header :value \"ge\" :comparator \"i;ascii-numeric\" \"x-spam-score\" \"12\"", "header :value \"eq\" :comparator \"i;ascii-numeric\" \"x-number\" \"7\"",
        "header :value \"ne\" :comparator \"i;ascii-numeric\" \"x-number\" \"8\"", "header :value \"gt\" \"subject\" \"b\"", "header :value \"le\" \"subject\" \"b\"", "header :value \"gt\" :comparator \"i;octet\" \"subject\" \"a\"", "header :count \"eq\" :comparator \"i;ascii-numeric\" \"received\" \"2\"",
        "header :count \"ge\" :comparator \"i;ascii-numeric\" [\"to\", \"cc\"] \"2\"", "header :count \"eq\" :comparator \"i;ascii-numeric\" \"x-none\" \"0\"", "header :value \"eq\" :comparator \"i;ascii-numeric\" \"x-a\" \"10\"", "header :value \"gt\" :comparator \"i;ascii-numeric\" \"x-a\" \"9\"", "header :contains \"subject\" \"B${hex: c3 bc}cher\"",
        "header :is :comparator \"i;ascii-numeric\" \"x-spam-score\" \"words\"", "address :count \"ge\" :comparator \"i;ascii-numeric\" \"to\" \"3\"", "address :count \"eq\" :comparator \"i;ascii-numeric\" \"to\" \"1\"",
    ];

    private static readonly string[] Scripts =
    [
        "", "keep;", "discard;", "stop;", "discard; keep;", "fileinto \"A\"; fileinto \"B\"; fileinto \"A\";", "fileinto :copy \"A\";", "fileinto \"INBOX\";", "redirect \"x@y.test\";", "redirect :copy \"x@y.test\"; redirect \"z@y.test\";", "keep; redirect \"x@y.test\"; redirect \"x@y.test\";",
        "reject \"no\";", "reject text:\nno\n..more\n.\n;", "discard; reject \"no\";", "keep; reject \"no\";", "reject \"no\"; keep;", "reject \"no\"; fileinto \"A\";", "redirect \"x@y.test\"; reject \"no\";", "reject \"a\"; reject \"b\";",
        "setflag \"\\\\Seen\"; keep;", "setflag [\"\\\\Seen Work\", \"b\"]; fileinto \"A\"; removeflag \"\\\\seen\"; addflag \"\\\\Flagged\"; keep;", "addflag \"a\"; addflag \"A\"; keep;", "keep :flags \"\\\\Answered\"; fileinto :flags [] \"A\";", "setflag \"a b\"; if hasflag :contains \"b\" { fileinto \"Y\"; } if hasflag :count \"eq\" :comparator \"i;ascii-numeric\" \"2\" { fileinto \"Z\"; }",
        "if false { fileinto \"A\"; } elsif true { fileinto \"B\"; stop; } else { fileinto \"C\"; } fileinto \"D\";", "if header :contains \"subject\" \"r\" { redirect \"r@y.test\"; } else { fileinto \"Else\"; }", "redirect \"a@y.test\"; redirect \"b@y.test\"; redirect \"c@y.test\"; redirect \"d@y.test\"; redirect \"e@y.test\";",
        "set \"a\" \"x\"; fileinto \"${A}/${b}y\";", "if header :matches \"subject\" \"* *\" { fileinto \"1${1}\"; set :length \"n\" \"${2}\"; fileinto \"2${n}\"; }", "if header :matches \"subject\" \"*e*e*\" { fileinto \"a${1}b${2}c${3}d\"; } else { fileinto \"e${1}\"; }",
        "if address :matches :domain \"from\" \"*.*\" { set :upperfirst :lower \"d\" \"${2}-${1}\"; fileinto \"${d}\"; }", "set :quotewildcard \"q\" \"a*b?c\\\\d\"; fileinto \"x${q}x\";", "set :upper :length \"q\" \"abcd\"; if string :value \"gt\" :comparator \"i;ascii-numeric\" \"${q}\" \"3\" { fileinto \"Long\"; }",
        "set \"who\" \"x\"; redirect \"${who}@y.test\";", "setflag \"mine\" [\"a\", \"b\"]; addflag \"mine\" \"c\"; removeflag \"mine\" \"b\"; keep :flags \"${mine}\";", "if string :count \"eq\" :comparator \"i;ascii-numeric\" [\"\", \"x\"] \"1\" { fileinto \"One\"; }", "if header :matches \"subject\" \"*\" {} if header :matches \"subject\" \"zz*\" {} set :length \"n\" \"${1}\"; fileinto \"n${n}\";",
        "set \"1\" \"x\";", "set \"a-b\" \"x\";", "set :lower :upper \"a\" \"b\";",
        "IF TRUE { FileInto \"A\"; }", "if not allof(not true, anyof(false)) { discard; }", "/* c */ keep # d\n;", "fileinto \"ä/ü\";",
        "nonsense;", "keep", "keep \"a\";", "if true;", "if { }", "if nonsense { }", "fileinto;", "fileinto 5;", "redirect \"nobody\";", "keep; require \"fileinto\";", "require \"nonsense\";", "if header \"a\" \"b\" { } else { } else { }", "elsif true { }", "if size 5 { }", "if size :over \"5\" { }", "if header :is :contains \"a\" \"b\" { }",
        "if header :comparator \"i;nonsense\" \"a\" \"b\" { }", "if address :localpart :domain \"from\" \"b\" { }", "if header :value \"zz\" \"a\" \"b\" { }", "if header :matches :comparator \"i;ascii-numeric\" \"a\" \"b\" { }", "keep; }", "if true { keep;", "\"", "keep; /*", "keep { }", "if anyof() { }", "if true { } stop", "if header [] \"b\" { }", "reject;", "setflag;",
        "if envelope \"nonsense\" \"b\" { }", "if header \"a b\" \"c\" { }", "if address \"subject\" \"b\" { }", "vacation;", "if true keep;", "keep;;", "if true, { }", "discard :x;",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("dirmail-sieve-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Dovecot_comes_to_the_same()
    {
        await PrepareAsync();
        string[] scripts = [.. Tests.Chunk(TestsAScript).Select(static tests => string.Concat(tests.Select(static (test, i) => $"if {test} {{ fileinto \"T{i}\"; }}\n"))), .. Scripts];
        List<string> differences = [];
        foreach (string script in scripts)
            foreach (string message in Messages)
            {
                string text = Require + script;
                (string ours, string theirs) = (Ours(text, message), await TheirsAsync(text, message));
                if (ours != theirs)
                    differences.Add($"{script}\n{message.Split("\n\n")[0]}\nours:   {ours}\ntheirs: {theirs}");
                if (ours == "no script")
                    break;
            }
        Assert.True(differences.Count == 0, string.Join("\n\n", differences));
    }

    /// <summary>Each action once, in the order of their text: "discard", "keep", "fileinto A [flags]", "redirect x@y", "reject".</summary>
    private static string Ours(string script, string message)
    {
        if (SieveScript.Compile([script], out _) is not { } compiled)
            return "no script";
        byte[] octets = Encoding.UTF8.GetBytes(message.Replace("\n", "\r\n", StringComparison.Ordinal));
        SieveResult result = compiled.Run(new(octets, octets.Length, MailAddress.Parse(Sender)), MailAddress.Parse(Recipient));
        IEnumerable<string> actions = [
            .. result.Filings.Select(static filing => Filed(filing.Mailbox ?? "INBOX", filing.Flags)),
            .. result.Redirects.Select(static address => $"redirect {address}"),
            .. result.Rejection is null ? Array.Empty<string>() : ["reject"]];
        return Ordered(actions);
    }

    private async Task<string> TheirsAsync(string script, string message)
    {
        (string scriptFile, string messageFile) = (Path.Combine(_folder, "script.sieve"), Path.Combine(_folder, "message"));
        await File.WriteAllTextAsync(scriptFile, script);
        await File.WriteAllTextAsync(messageFile, message);
        Printed printed = await Program.RunAsync("sieve-test", ["-c", Path.Combine(_folder, "dovecot.conf"), "-C", "-f", Sender, "-a", Recipient, scriptFile, messageFile]);
        if (printed.All.Contains("failed to compile", StringComparison.Ordinal))
            return "no script";
        if (printed.All.Contains("resolved with successful implicit keep", StringComparison.Ordinal))
            return "keep";
        List<string> actions = [];
        string? folder = null;
        List<string> flags = [];
        foreach (string line in printed.Output.Split('\n').Select(static line => line.Trim()).Append(" * end"))
        {
            if (line.StartsWith("+ add IMAP flags: ", StringComparison.Ordinal))
                flags.AddRange(line[18..].Split(' ', StringSplitOptions.RemoveEmptyEntries));
            if (!line.TrimStart().StartsWith("* ", StringComparison.Ordinal))
                continue;
            if (folder is not null)
                actions.Add(Filed(folder, flags));
            (folder, flags) = (null, []);
            if (line.StartsWith("* store message in folder: ", StringComparison.Ordinal))
                folder = line[27..];
            else if (line.StartsWith("* redirect message to: <", StringComparison.Ordinal))
                actions.Add($"redirect {line[24..^1]}");
            else if (line.StartsWith("* reject message", StringComparison.Ordinal))
                actions.Add("reject");
        }
        return Ordered(actions);
    }

    private static string Filed(string folder, IEnumerable<string> flags) =>
        (folder == "INBOX" ? "keep" : $"fileinto {folder}") + (flags.Any() ? $" [{string.Join(' ', flags.Select(static flag => flag.ToLowerInvariant()).Order(StringComparer.Ordinal))}]" : "");

    private static string Ordered(IEnumerable<string> actions) => string.Join(", ", actions.Distinct().Order(StringComparer.Ordinal).DefaultIfEmpty("discard"));

    /// <summary>It wants to be some user whose mail lies somewhere, although it delivers nothing.</summary>
    private async Task PrepareAsync()
    {
        string owner = Environment.UserName == "root" ? "nobody" : Environment.UserName;
        await File.WriteAllTextAsync(Path.Combine(_folder, "dovecot.conf"), $"""
            mail_uid = {owner}
            mail_gid = {(owner == "nobody" ? "nogroup" : owner)}
            first_valid_uid = 1
            first_valid_gid = 1
            mail_home = {_folder}/home
            mail_location = maildir:{_folder}/home/mail
            log_path = /dev/stderr
            postmaster_address = postmaster@bcd.com

            """);
        File.SetUnixFileMode(Directory.CreateDirectory(Path.Combine(_folder, "home")).FullName, (UnixFileMode)0b111_111_111);
        File.SetUnixFileMode(_folder, (UnixFileMode)0b111_111_111);
    }
}

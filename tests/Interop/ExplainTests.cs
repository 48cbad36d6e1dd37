using System.Globalization;
using System.Text.Json;
using DirMail.Demo;
using Xunit;

namespace DirMail.Interop;

/// <summary>`dirmail explain` and `dirmail explain --json` of one running server: each kind of address, told twice and the same.</summary>
public sealed class ExplainTests(ExplainTests.Explained explained) : IClassFixture<ExplainTests.Explained>
{
    private const string Alice = "uid=alice,ou=People,o=bcd.com,o=hosting", Bcd = "o=bcd.com,o=hosting", Cde = "o=cde.com,o=hosting";

    [Fact]
    public async Task A_user_here()
    {
        JsonElement report = await ExplainAsync("alice@bcd.com");
        Assert.StartsWith("accepted: 250 2.1.5", Text(report, "answer"), StringComparison.Ordinal);
        Assert.Equal(["mailbox alice@bcd.com local - mailbox of alice in bcd.com"], Hops(report));
        Assert.Contains(Reasons(report), static reason => Text(reason, "dn") == Alice && Text(reason, "attribute") == "mail" && Text(reason, "value") == "alice@bcd.com");
        Assert.Equal(JsonValueKind.Null, report.GetProperty("sender").ValueKind);
    }

    [Fact]
    public async Task An_alias()
    {
        JsonElement report = await ExplainAsync("A.Able@bcd.net");
        Assert.Equal("A.Able@bcd.net", Text(report, "address"));
        Assert.StartsWith("accepted: 250 2.1.5", Text(report, "answer"), StringComparison.Ordinal);
        Assert.Equal("mailbox of alice in bcd.com", Text(Assert.Single(report.GetProperty("hops").EnumerateArray()), "text"));
        Assert.Contains(Reasons(report), static reason => Text(reason, "dn") == Bcd && Text(reason, "value") == "bcd.net");
        Assert.Contains(Reasons(report), static reason => Text(reason, "dn") == Alice && Text(reason, "attribute") == "mailAlternateAddress or mailEquivalentAddress" && Text(reason, "value") == "a.able@bcd.com");
    }

    [Fact]
    public async Task Anybody_in_a_domain_with_a_catch_all()
    {
        JsonElement report = await ExplainAsync("whoever@cde.com");
        Assert.StartsWith("accepted: 250 2.1.5", Text(report, "answer"), StringComparison.Ordinal);
        Assert.Equal("mailbox of carol in cde.com", Text(Assert.Single(report.GetProperty("hops").EnumerateArray()), "text"));
        Assert.Contains(Reasons(report), static reason => Text(reason, "dn") == Cde && Text(reason, "attribute") == "mailDomainCatchallAddress" && Text(reason, "value") == "carol@cde.com");
    }

    [Fact]
    public async Task A_group_with_who_may_post_and_its_members_below_it()
    {
        JsonElement report = await ExplainAsync("staff@bcd.com", "--login", DemoUser.Alice.Address);
        Assert.StartsWith("accepted: 250 2.1.5", Text(report, "answer"), StringComparison.Ordinal);
        Assert.Equal(["mailbox of alice in bcd.com", "mailbox of bob in bcd.com", "mailbox of bob in cde.com", "mailbox of carol in cde.com"], report.GetProperty("hops").EnumerateArray().Select(static hop => Text(hop, "text")).Order());
        JsonElement[] members = [.. Reasons(report).Where(static reason => reason.GetProperty("level").GetInt32() > 0)];
        Assert.Contains(members, static reason => Text(reason, "dn") == Alice);
        JsonElement refused = await ExplainAsync("staff@bcd.com", "--from", "far@xyz.test");
        Assert.StartsWith("refused: 550 5.7.2", Text(refused, "answer"), StringComparison.Ordinal);
        Assert.Empty(Hops(refused));
    }

    [Fact]
    public async Task An_inactive_domain()
    {
        JsonElement report = await ExplainAsync("oscar@off.test");
        Assert.Equal("refused: 450 4.2.1 mailbox temporarily suspended, try again later; from own users: taken, and waits here", Text(report, "answer"));
        Assert.Contains(Reasons(report), static reason => Text(reason, "dn") == "o=off.test,o=hosting" && Text(reason, "attribute") == "mailDomainStatus" && Text(reason, "value") == "inactive");
    }

    [Fact]
    public async Task An_unknown_user()
    {
        JsonElement report = await ExplainAsync("nobody@bcd.com");
        Assert.StartsWith("refused: 550 5.1.1", Text(report, "answer"), StringComparison.Ordinal);
        Assert.Empty(Hops(report));
        Assert.Contains(Reasons(report), static reason => Text(reason, "dn") == Bcd);
    }

    [Fact]
    public async Task Mail_that_leaves_from_a_virtual_address()
    {
        JsonElement report = await ExplainAsync("far@xyz.test", "--login", DemoUser.Alice.Address, "--from", DemoUser.Alice.Address, "--client", "192.0.2.7");
        Assert.StartsWith("not hosted here: own users may send there (", Text(report, "answer"), StringComparison.Ordinal);
        JsonElement sender = report.GetProperty("sender");
        Assert.True(sender.GetProperty("maySend").GetBoolean());
        Assert.Equal(("mail.bcd.com", "bcd.com", "127.0.70.11"), Identity(sender.GetProperty("leavesAs")));
        Assert.Contains(sender.GetProperty("reasons").EnumerateArray(), static reason => Text(reason, "dn") == Alice && Text(reason, "attribute") == "mailUserVirtualAddress" && Text(reason, "value") == "127.0.70.11");
        Assert.Equal(8, sender.GetProperty("services").GetArrayLength());

        // forwarded, it leaves as who forwards
        JsonElement hop = Assert.Single((await ExplainAsync("roam@bcd.com")).GetProperty("hops").EnumerateArray());
        Assert.Equal(("remote", "far@xyz.test", "smtp", "bcd.com"), (Text(hop, "kind"), Text(hop, "address"), Text(hop, "channel"), Text(hop, "queue")));
        Assert.Equal(("mail.bcd.com", "bcd.com", "127.0.70.1"), Identity(hop.GetProperty("leavesAs")));
        Assert.Contains("route 'xyz.test'", Text(hop, "nextHop"), StringComparison.Ordinal);
    }

    /// <summary>As JSON; and what is printed for people says the same, field by field, in the same order.</summary>
    private async Task<JsonElement> ExplainAsync(string address, params string[] options)
    {
        JsonElement report = await explained.CommandLine.JsonAsync(null, ["explain", address, .. options]);
        string printed = Plain(await explained.CommandLine.DoAsync(null, ["explain", address, .. options]));
        foreach (string line in Lines(report))
        {
            int at = printed.IndexOf(Plain(line), StringComparison.Ordinal);
            Assert.True(at >= 0, $"'{line}' is not in what remains of what is printed:\n{printed}");
            // between the things that JSON tells stands nothing of its own
            Assert.Equal("", printed[..at]);
            printed = printed[(at + Plain(line).Length)..];
        }
        Assert.Equal("", printed);
        return report;
    }

    private static IEnumerable<string> Lines(JsonElement report)
    {
        yield return string.Create(CultureInfo.InvariantCulture, $"{Text(report, "address")} (routing table {report.GetProperty("tableNumber").GetInt64()})");
        if (report.GetProperty("sender") is { ValueKind: JsonValueKind.Object } sender)
            foreach (string line in SenderLines(sender))
                yield return line;
        yield return "recipient";
        foreach (JsonElement reason in Reasons(report))
            yield return Line(reason);
        yield return $"{Text(report, "address")}: {Text(report, "answer")}";
        foreach (JsonElement hop in report.GetProperty("hops").EnumerateArray())
            yield return $"-> {Text(hop, "text")}{(Text(hop, "nextHop") is { Length: > 0 } next && !Text(hop, "text").Contains(next, StringComparison.Ordinal) ? $" ({next})" : "")}";
    }

    private static IEnumerable<string> SenderLines(JsonElement sender)
    {
        yield return "sender";
        if (Text(sender, "problem") is { Length: > 0 } problem)
            yield return problem;
        if (sender.GetProperty("maySend") is { ValueKind: JsonValueKind.True or JsonValueKind.False } may)
            yield return $"{Text(sender, "login")} {(may.GetBoolean() ? "may" : "may not")} send as {Text(sender, "from")}";
        if (sender.GetProperty("leavesAs") is { ValueKind: JsonValueKind.Object } identity)
            yield return $"leaves as {Text(identity, "hostName")} from {Text(identity, "v4")}, queue of {Text(identity, "queue")}";
        foreach (JsonElement reason in sender.GetProperty("reasons").EnumerateArray())
            yield return Line(reason);
        foreach (JsonElement service in sender.GetProperty("services").EnumerateArray())
        {
            yield return $"{Text(service, "service")}: {(service.GetProperty("allowed").GetBoolean() ? "allowed" : Text(service, "reply"))}";
            foreach (JsonElement reason in service.GetProperty("reasons").EnumerateArray())
                yield return Line(reason);
        }
    }

    private static string Line(JsonElement reason)
    {
        string what = reason.GetProperty("hop") is { ValueKind: JsonValueKind.Object } hop ? "=> " + Text(hop, "text") : Text(reason, "meaning");
        string fact = Text(reason, "attribute") is { Length: > 0 } attribute ? $"{attribute}: {Text(reason, "value")}" : Text(reason, "value");
        string where = string.Join(' ', new[] { Text(reason, "dn"), fact }.Where(static part => part.Length > 0));
        return where.Length == 0 ? what : $"{where}: {what}";
    }

    /// <summary>Without what draws the tree and folds long lines.</summary>
    private static string Plain(string text) => string.Concat(text.Where(static c => !char.IsWhiteSpace(c) && c is not ('│' or '├' or '└' or '─')));

    private static IEnumerable<JsonElement> Reasons(JsonElement report) => report.GetProperty("reasons").EnumerateArray();

    private static IEnumerable<string> Hops(JsonElement report) => report.GetProperty("hops").EnumerateArray().Select(static hop =>
        $"{Text(hop, "kind")} {Text(hop, "address")} {Text(hop, "channel")} {(Text(hop, "queue") is { Length: > 0 } queue ? queue : "-")} {Text(hop, "text")}");

    private static (string, string, string) Identity(JsonElement identity) => (Text(identity, "hostName"), Text(identity, "queue"), Text(identity, "v4"));

    private static string Text(JsonElement part, string name) => part.GetProperty(name).GetString() ?? "";

    /// <summary>The example, with a domain that is off, a catch-all and who is forwarded.</summary>
    public sealed class Explained : IAsyncLifetime
    {
        private readonly RunningServer _server = new();

        internal CommandLine CommandLine { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            await _server.InitializeAsync();
            CommandLine = new(_server);
            await new LdapUtils(_server.DirectoryUrl).DoAsync("ldapmodify", DemoUser.SiteAdministrator, [], """
                dn: o=off.test,o=hosting
                changetype: add
                objectClass: organization
                objectClass: domainRelatedObject
                objectClass: inetDomain
                objectClass: mailDomain
                objectClass: dirMailDomain
                o: off.test
                associatedDomain: off.test
                mailDomainStatus: inactive

                dn: ou=People,o=off.test,o=hosting
                changetype: add
                objectClass: organizationalUnit
                ou: People

                dn: uid=oscar,ou=People,o=off.test,o=hosting
                changetype: add
                objectClass: inetOrgPerson
                objectClass: inetUser
                objectClass: inetMailUser
                objectClass: inetLocalMailRecipient
                uid: oscar
                cn: Oscar
                sn: O
                mail: oscar@off.test

                dn: o=cde.com,o=hosting
                changetype: modify
                replace: mailDomainCatchallAddress
                mailDomainCatchallAddress: carol@cde.com

                dn: uid=roam,ou=People,o=bcd.com,o=hosting
                changetype: add
                objectClass: inetOrgPerson
                objectClass: inetUser
                objectClass: inetMailUser
                objectClass: inetLocalMailRecipient
                uid: roam
                cn: Roam
                sn: R
                mail: roam@bcd.com
                mailDeliveryOption: forward
                mailForwardingAddress: far@xyz.test

                """);
            await Eventually.StartsAsync("250", () => RemoteServer.RecipientAsync(_server.Smtp, "roam@bcd.com"));
        }

        public Task DisposeAsync() => _server.DisposeAsync();
    }
}

using System.Text;
using DirMail.Channels.Smtp;
using DirMail.Mail;
using DirMail.Transfer;

namespace DirMail.Unit.Channels;

public sealed class SmtpDialogueTests
{
    private const string Message = "Subject: hello\r\n\r\nHello.\r\n";

    // what the server answers where, and what becomes of two recipients, with pipelining and without
    [Theory]
    [InlineData("MAIL", "450 4.7.1 greylisted", "deferred 4.7.1", "deferred 4.7.1")]
    [InlineData("MAIL", "550 5.7.1 not you", "failed 5.7.1", "failed 5.7.1")]
    [InlineData("MAIL", "421 closing", "deferred 4.0.0", "deferred 4.0.0")]
    [InlineData("MAIL", ScriptedServer.Drop, "deferred 4.4.2", "deferred 4.4.2")]
    [InlineData("MAIL", "nonsense", "deferred 4.4.2", "deferred 4.4.2")]
    [InlineData("RCPT TO:<joe", "450 4.2.1 later", "deferred 4.2.1", "delivered")]
    [InlineData("RCPT TO:<joe", "550 5.1.1 unknown", "failed 5.1.1", "delivered")]
    [InlineData("RCPT TO:<joe", "550 unknown", "failed 5.0.0", "delivered")]
    [InlineData("RCPT TO:<joe", "450 5.1.1 contradicts itself", "deferred 4.0.0", "delivered")]
    [InlineData("RCPT TO:<joe", "556 no mail", "failed 5.1.10", "delivered")]
    [InlineData("RCPT TO:<kim", ScriptedServer.Drop, "deferred 4.4.2", "deferred 4.4.2")]
    [InlineData("RCPT", "550 5.1.1 unknown", "failed 5.1.1", "failed 5.1.1")]
    [InlineData("DATA", "451 4.3.0 not now", "deferred 4.3.0", "deferred 4.3.0")]
    [InlineData("DATA", "554 5.5.1 never", "failed 5.5.1", "failed 5.5.1")]
    [InlineData("DATA", "250 confused", "deferred 4.5.0", "deferred 4.5.0")]
    [InlineData("DATA", ScriptedServer.Drop, "deferred 4.4.2", "deferred 4.4.2")]
    [InlineData(".", "452 4.3.1 full", "deferred 4.3.1", "deferred 4.3.1")]
    [InlineData(".", "554 5.6.0 spam", "failed 5.6.0", "failed 5.6.0")]
    [InlineData(".", ScriptedServer.Drop, "deferred 4.4.2", "deferred 4.4.2")]
    [InlineData(".", "354 more", "deferred 4.5.0", "deferred 4.5.0")]
    [InlineData("MAIL", "354 go", "deferred 4.5.0", "deferred 4.5.0")]
    [InlineData("RCPT TO:<joe", "354 go", "deferred 4.5.0", "delivered")]
    [InlineData(".", "250 2.0.0 kept as 1", "delivered", "delivered")]
    public async Task Each_stage_has_its_outcomes(string stage, string answer, string joe, string kim)
    {
        foreach (string[] offers in new string[][] { ["PIPELINING"], [] })
        {
            await using var server = new ScriptedServer { Answers = { [stage] = answer }, Offers = offers };
            await using SmtpChannel channel = Channel(server);
            Outcome[] outcomes = await channel.RunAsync(Outgoing.Mail(Message, "joe@example.com", "kim@example.com"));
            Assert.Equal([joe, kim], outcomes.Select(Outgoing.Short));
            bool delivered = outcomes.Any(static outcome => outcome is Outcome.Delivered);
            Assert.True(!delivered || server.Contents.Single() == Message);
        }
    }

    [Theory]
    [InlineData("450 4.3.2 busy", "deferred 4.3.2")]
    [InlineData("554 5.7.1 you are listed", "failed 5.7.1")]
    [InlineData(ScriptedServer.Drop, "deferred 4.4.2")]
    [InlineData("HTTP/1.1 400 Bad Request", "deferred 4.4.2")]
    public async Task A_greeting_may_refuse(string greeting, string expected)
    {
        await using var server = new ScriptedServer { Greeting = greeting };
        await using SmtpChannel channel = Channel(server);
        Assert.Equal([expected], (await channel.RunAsync(Outgoing.Mail(Message, "joe@example.com"))).Select(Outgoing.Short));
    }

    [Fact]
    public async Task Reasons_quote_the_server_without_its_control_characters()
    {
        await using var server = new ScriptedServer { Answers = { ["RCPT"] = "550-5.1.1 no\u0007 such\u202E\u001b[31m user\r\n550 5.1.1 " + new string('x', 1500) } };
        await using SmtpChannel channel = Channel(server);
        string reason = (await channel.RunAsync(Outgoing.Mail(Message, "joe@example.com")))[0].Reason();
        Assert.StartsWith("mx0.example.com [127.0.0.1] said: 550 5.1.1 no? such??[31m user 5.1.1 xxx", reason, StringComparison.Ordinal);
        Assert.EndsWith("(in reply to RCPT)", reason, StringComparison.Ordinal);
        Assert.InRange(reason.Length, 100, 800);
    }

    [Fact]
    public async Task A_silent_server_is_given_up()
    {
        await using var server = new ScriptedServer { Answers = { ["MAIL"] = ScriptedServer.Silence, ["RCPT"] = ScriptedServer.Silence, ["DATA"] = ScriptedServer.Silence } };
        await using SmtpChannel channel = Channel(server, static settings => settings with { Reply = TimeSpan.FromMilliseconds(50) });
        Outcome outcome = (await channel.RunAsync(Outgoing.Mail(Message, "joe@example.com")))[0];
        Assert.Equal("deferred 4.4.2", outcome.Short());
        Assert.Contains("no reply in time", outcome.Reason(), StringComparison.Ordinal);
    }

    /// <summary>Whatever comes, or does not: the wait has an end, the memory a bound, and the mail waits.</summary>
    [Theory]
    [InlineData(ScriptedServer.EndlessReply)]
    [InlineData(ScriptedServer.EndlessLine)]
    [InlineData(ScriptedServer.Drip)]
    public async Task An_answer_without_an_end_is_none(string answer)
    {
        TimeSpan limit = TimeSpan.FromMilliseconds(200);
        foreach (string command in (string[])["", "EHLO", "MAIL", "RCPT", "DATA", "."])
        {
            await using var server = new ScriptedServer { Greeting = command.Length == 0 ? answer : "220 ready", Answers = command.Length == 0 ? [] : new() { [command] = answer } };
            await using SmtpChannel channel = Channel(server, settings => settings with { Reply = limit, DataReply = limit, DotReply = limit });
            Assert.Equal(["deferred 4.4.2"], (await channel.RunAsync(Outgoing.Mail(Message, "joe@example.com"))).Select(Outgoing.Short));
        }
    }

    [Theory]
    [InlineData("Subject: a\r\n\r\n.\r\n..\r\n.x\r\nend\r\n", "Subject: a\r\n\r\n..\r\n...\r\n..x\r\nend\r\n")]
    [InlineData("no end", "no end\r\n")]
    [InlineData(".", "..\r\n")]
    [InlineData("", "")]
    [InlineData("a\n.\nb\r.\rc\r\n", "a\r\n..\r\nb\r\n..\r\nc\r\n")]
    [InlineData("a\r\n\r\n", "a\r\n\r\n")]
    [InlineData("a\r\r\n", "a\r\n\r\n")]
    public async Task Dots_are_doubled_and_lines_ended(string content, string onTheWire)
    {
        await using var server = new ScriptedServer();
        await using SmtpChannel channel = Channel(server);
        Assert.Equal(["delivered"], (await channel.RunAsync(Outgoing.Mail(content, "joe@example.com"))).Select(Outgoing.Short));
        Assert.Equal(onTheWire, server.Contents.Single());
    }

    [Fact]
    public void Dot_stuffing_does_not_depend_on_how_the_content_is_cut()
    {
        byte[] content = Encoding.ASCII.GetBytes(".a\r\n.\r\n\n.\r.b\r\n..\r\n");
        string whole = Stuffed(content, content.Length);
        for (int size = 1; size < content.Length; size++)
            Assert.Equal(whole, Stuffed(content, size));
    }

    [Fact]
    public async Task A_large_message_arrives_whole()
    {
        string content = string.Concat(Enumerable.Range(0, 40_000).Select(static n => $".line {n}\r\n"));
        await using var server = new ScriptedServer();
        await using SmtpChannel channel = Channel(server);
        await channel.RunAsync(Outgoing.Mail(content, "joe@example.com"));
        Assert.Equal(content.Replace(".line", "..line", StringComparison.Ordinal), server.Contents.Single());
    }

    [Fact]
    public async Task Parameters_are_said_when_the_server_offers_them()
    {
        Delivery mail = Outgoing.Mail(Message, "joe@example.com").With(static message => message with
        {
            EnvelopeId = "id+1",
            Return = ReturnContent.Headers,
            Body = BodyType.EightBitMime,
            Utf8 = true,
            Recipients = [message.Recipients[0] with { Notify = Notify.Success | Notify.Failure, OriginalRecipient = "rfc822;joe=x@example.com" }],
        });
        await using var rich = new ScriptedServer();
        await using SmtpChannel toRich = Channel(rich);
        await toRich.RunAsync(mail);
        Assert.Contains($"MAIL FROM:<ann@abc.com> SIZE={Message.Length} BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=id+2B1", rich.Heard);
        Assert.Contains("RCPT TO:<joe@example.com> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;joe+3Dx@example.com", rich.Heard);
        await using var poor = new ScriptedServer { Offers = [] };
        await using SmtpChannel toPoor = Channel(poor);
        Assert.Equal(["delivered"], (await toPoor.RunAsync(mail)).Select(Outgoing.Short));
        Assert.Contains("MAIL FROM:<ann@abc.com>", poor.Heard);
        Assert.Contains("RCPT TO:<joe@example.com>", poor.Heard);
    }

    [Theory]
    [InlineData("", "Subject: a\r\n\r\ngrün\r\n", true, false, "failed 5.6.3")]
    [InlineData("8BITMIME", "Subject: a\r\n\r\ngrün\r\n", true, false, "delivered")]
    [InlineData("", "Subject: a\r\n\r\ngreen\r\n", true, true, "delivered")]
    [InlineData("8BITMIME", "Subject: grün\r\n\r\nx\r\n", true, true, "failed 5.6.7")]
    [InlineData("8BITMIME", "Subject: a\r\n\r\ngrün\r\n", true, true, "delivered")]
    [InlineData("SIZE 10", "Subject: a\r\n\r\ngreen\r\n", false, false, "failed 5.3.4")]
    public async Task What_the_server_does_not_take_is_not_sent(string offer, string content, bool eightBit, bool utf8, string expected)
    {
        await using var server = new ScriptedServer { Offers = offer.Length == 0 ? [] : [offer] };
        await using SmtpChannel channel = Channel(server);
        Delivery mail = Outgoing.Mail(content, "joe@example.com").With(message => message with { Body = eightBit ? BodyType.EightBitMime : BodyType.SevenBit, Utf8 = utf8 });
        Assert.Equal([expected], (await channel.RunAsync(mail)).Select(Outgoing.Short));
    }

    [Fact]
    public async Task Addresses_beyond_ascii_fail_alone_and_domains_are_written_in_ascii()
    {
        await using var server = new ScriptedServer { Offers = ["PIPELINING"] };
        await using SmtpChannel channel = Channel(server);
        Outcome[] outcomes = await channel.RunAsync(Outgoing.Mail(Message, "jörg@example.com", "Kim@grün.example", "\"odd name\"@Example.COM"));
        Assert.Equal(["failed 5.6.7", "delivered", "delivered"], outcomes.Select(Outgoing.Short));
        Assert.Equal(["RCPT TO:<Kim@xn--grn-ioa.example>", "RCPT TO:<\"odd name\"@Example.COM>"], server.Heard.Where(static line => line.StartsWith("RCPT", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("", "450 4.3.2 busy", Stage.Connect)]
    [InlineData("", "554 5.7.1 go away", Stage.Connect)]
    [InlineData("", ScriptedServer.Drop, Stage.Connect)]
    [InlineData("EHLO", "421 4.3.2 busy", Stage.Hello)]
    [InlineData("MAIL", "450 4.1.8 who are you", Stage.Mail)]
    [InlineData("MAIL", "550 5.7.1 not you", Stage.Mail)]
    [InlineData("MAIL", "421 4.3.2 busy", Stage.Mail)]
    [InlineData("RCPT", "450 4.2.1 later", Stage.Rcpt)]
    [InlineData("RCPT", "550 5.1.1 unknown", Stage.Rcpt)]
    [InlineData("RCPT", ScriptedServer.Drop, Stage.Rcpt)]
    [InlineData("DATA", "452 4.3.1 full", Stage.Data)]
    [InlineData("DATA", "554 5.5.1 nobody", Stage.Data)]
    [InlineData("DATA", "250 2.0.0 what", Stage.Data)]
    [InlineData(".", "451 4.3.0 oops", Stage.Content)]
    [InlineData(".", "550 5.7.1 spam", Stage.Content)]
    [InlineData(".", ScriptedServer.Drop, Stage.Content)]
    public async Task Where_it_ended_is_told_apart(string command, string answer, Stage expected)
    {
        foreach (string[] offers in (string[][])[["PIPELINING"], []])
        {
            await using var server = new ScriptedServer { Greeting = command.Length == 0 ? answer : "220 ready", Offers = offers, Answers = command.Length == 0 ? [] : new() { [command] = answer } };
            await using SmtpChannel channel = Channel(server);
            Outcome outcome = Assert.Single(await channel.RunAsync(Outgoing.Mail(Message, "joe@example.com")));
            Assert.Equal(expected, outcome.Stage);
            Assert.Equal(answer == ScriptedServer.Drop ? null : new RemoteAnswer("mx0.example.com", answer), outcome.Said);
            Assert.Equal(answer[0] == '5' ? "failed" : "deferred", outcome.Short().Split(' ')[0]);
        }
    }

    [Fact]
    public async Task What_ends_before_a_server_is_spoken_to_says_so()
    {
        await using SmtpChannel channel = Outgoing.Channel(new FixedDns(), 1);
        Assert.Equal(Stage.Lookup, Assert.Single(await channel.RunAsync(Outgoing.Mail(Message, "joe@example.com"))).Stage);
        await using SmtpChannel nobody = Outgoing.Channel(FixedDns.For(Outgoing.Domain, "127.0.0.1"), 1);
        Assert.Equal(Stage.Connect, Assert.Single(await nobody.RunAsync(Outgoing.Mail(Message, "joe@example.com"))).Stage);
    }

    [Fact]
    public async Task Attempts_are_counted_by_where_they_ended()
    {
        var stages = new System.Collections.Concurrent.ConcurrentBag<object?>();
        using var listener = new System.Diagnostics.Metrics.MeterListener();
        listener.InstrumentPublished = (instrument, all) =>
        {
            if (instrument.Name == "dirmail.channels.recipients")
                all.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            foreach (KeyValuePair<string, object?> tag in tags)
                if (tag.Key == "stage")
                    stages.Add(tag.Value);
        });
        listener.Start();
        await using var server = new ScriptedServer { Answers = { ["DATA"] = "452 4.3.1 full" } };
        await using SmtpChannel channel = Channel(server);
        await channel.RunAsync(Outgoing.Mail(Message, "joe@example.com"));
        Assert.Contains("Data", stages);
    }

    [Fact]
    public async Task The_null_path_and_helo_only_servers_are_served()
    {
        await using var server = new ScriptedServer { Answers = { ["EHLO"] = "502 5.5.1 unknown" } };
        await using SmtpChannel channel = Channel(server);
        Outcome[] outcomes = await channel.RunAsync(Outgoing.Mail(Message, "joe@example.com").With(static message => message with { Sender = null }));
        Assert.Equal(["delivered"], outcomes.Select(Outgoing.Short));
        Assert.Equal(["EHLO mail.abc.com", "HELO mail.abc.com", "MAIL FROM:<>", "RCPT TO:<joe@example.com>", "DATA"], server.Heard.Take(5));
    }

    private static string Stuffed(byte[] content, int size)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        var stuffing = new DotStuffing(output);
        foreach (byte[] piece in content.Chunk(size))
            stuffing.Write(piece);
        stuffing.End();
        return Encoding.ASCII.GetString(output.WrittenSpan);
    }

    /// <summary>RFC 3030: a binary message goes octet for octet by BDAT, or not at all.</summary>
    [Theory]
    [InlineData("PIPELINING CHUNKING BINARYMIME", "RCPT", "250 2.1.5 fine", "delivered")]
    [InlineData("CHUNKING BINARYMIME", "RCPT", "250 2.1.5 fine", "delivered")]
    [InlineData("CHUNKING BINARYMIME", "BDAT", "554 5.6.1 never", "failed 5.6.1")]
    [InlineData("PIPELINING CHUNKING BINARYMIME", "RCPT", "550 5.1.1 unknown", "failed 5.1.1")]
    [InlineData("PIPELINING CHUNKING BINARYMIME", "MAIL", "550 5.7.1 not you", "failed 5.7.1")]
    [InlineData("PIPELINING CHUNKING", "RCPT", "250 2.1.5 fine", "failed 5.6.3")]
    [InlineData("8BITMIME", "RCPT", "250 2.1.5 fine", "failed 5.6.3")]
    public async Task A_binary_message_goes_by_chunks_or_is_returned(string offers, string stage, string answer, string expected)
    {
        const string Binary = "MIME-Version: 1.0\r\nContent-Transfer-Encoding: binary\r\n\r\n.\n\0\r\r\n.\r\n";
        await using var server = new ScriptedServer { Offers = offers.Split(' '), Answers = { [stage] = answer } };
        await using SmtpChannel channel = Channel(server);
        Outcome outcome = (await channel.RunAsync(Outgoing.Mail(Binary, "joe@example.com").With(static message => message with { Body = BodyType.BinaryMime }))).Single();
        Assert.Equal(expected, outcome.Short());
        Assert.Equal(expected == "failed 5.6.3", server.Heard.All(static line => !line.StartsWith("MAIL", StringComparison.Ordinal)));
        Assert.All(server.Contents, content => Assert.Equal(Binary, content));
        Assert.Equal(expected == "delivered" || stage == "BDAT" ? 1 : 0, server.Contents.Count);
        if (expected == "delivered")
            Assert.Contains("MAIL FROM:<ann@abc.com> BODY=BINARYMIME", server.Heard);
    }

    /// <summary>RFC 2852, 6710: handed on where the server knows them; what must be returned when late goes to no server that does not.</summary>
    [Theory]
    [InlineData("DELIVERBY MT-PRIORITY", true, "delivered", "MAIL FROM:<ann@abc.com> BY=*;R MT-PRIORITY=4")]
    [InlineData("DELIVERBY", false, "delivered", "MAIL FROM:<ann@abc.com> BY=*;N")]
    [InlineData("8BITMIME", false, "delivered", "MAIL FROM:<ann@abc.com>")]
    [InlineData("MT-PRIORITY", true, "failed 5.3.3", "")]
    public async Task Deadlines_and_priorities_are_handed_on(string offers, bool isReturned, string expected, string mail)
    {
        await using var server = new ScriptedServer { Offers = offers.Split(' ') };
        await using SmtpChannel channel = Channel(server);
        var wishes = new DeliveryWishes { By = new(DateTimeOffset.UtcNow.AddHours(1), isReturned, IsTraced: false), Priority = 4 };
        Outcome outcome = (await channel.RunAsync(Outgoing.Mail(Message, "joe@example.com").With(message => message with { Wishes = wishes }))).Single();
        Assert.Equal(expected, outcome.Short());
        Assert.Equal(mail, string.Concat(server.Heard.Where(static line => line.StartsWith("MAIL", StringComparison.Ordinal)).Select(static line => System.Text.RegularExpressions.Regex.Replace(line, "BY=3[56][0-9][0-9];", "BY=*;"))));
    }

    private static SmtpChannel Channel(ScriptedServer server, Func<SmtpChannelSettings, SmtpChannelSettings>? change = null) =>
        Outgoing.Channel(FixedDns.For(Outgoing.Domain, server.Endpoint.Address.ToString()), server.Endpoint.Port, change);
}

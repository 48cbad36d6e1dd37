using System.Buffers;
using System.Globalization;
using System.Text;
using DirMail.Mail;
using DirMail.Store;
using DirMail.Transfer;

namespace DirMail.Channels.Smtp;

/// <summary>
/// One MAIL, RCPT ..., DATA over an open connection, for the recipients still without an end (RFC 5321 3.3). All commands leave at once when the server offers
/// pipelining (RFC 2920), else one by one; both ways the same replies are read in the same order.
/// </summary>
internal sealed class Transaction(SmtpPeer peer, Delivery delivery, SmtpChannelSettings settings)
{
    private const int PieceOctets = 64 * 1024;

    private readonly QueuedMessage _message = delivery.Row.Message;

    /// <summary>The server answered something: the connection was alive when this transaction began.</summary>
    public bool WasHeard { get; private set; }

    /// <summary>Commands were sent at all; without, the outcomes come from what the server offers.</summary>
    public bool WasSpoken { get; private set; }

    /// <summary>The content has left: another server must not be tried before the schedule says so, lest the message arrives twice.</summary>
    public bool ContentLeft { get; private set; }

    /// <summary>An outcome for each of <paramref name="recipients"/>, in their order.</summary>
    public async Task<Outcome[]> RunAsync(IReadOnlyList<QueuedRecipient> recipients, CancellationToken cancellationToken)
    {
        var outcomes = new Outcome?[recipients.Count];
        if (await RefusalAsync(cancellationToken) is { } unfit)
            return Fill(outcomes, unfit);
        peer.IsReusable = false;
        string?[] commands = [MailCommand(), .. recipients.Select(RcptCommand), "DATA"];
        for (int i = 0; i < outcomes.Length; i++)
            if (commands[i + 1] is null)
                outcomes[i] = new Outcome.Failed(new(5, 6, 7), $"{peer.Remote} does not take addresses beyond ASCII (SMTPUTF8)");
        if (!Array.Exists(outcomes, static outcome => outcome is null))
            return Fill(outcomes, null);
        WasSpoken = true;
        await (peer.Offers.Pipelining ? AtOnceAsync(commands, outcomes, cancellationToken) : InTurnAsync(commands, outcomes, cancellationToken));
        return Fill(outcomes, null);
    }

    private async Task AtOnceAsync(string?[] commands, Outcome?[] outcomes, CancellationToken cancellationToken)
    {
        foreach (string? command in commands)
            if (command is not null)
                peer.Write(command);
        await peer.Connection.FlushAsync(cancellationToken);
        RemoteReply mail = await ReadAsync(settings.Reply, cancellationToken);
        if (!mail.IsPositive)
            Fill(outcomes, mail.ToOutcome(peer.Remote, "MAIL"));
        bool isLost = mail.EndsConnection;
        for (int i = 0; i < outcomes.Length && !isLost; i++)
            if (commands[i + 1] is not null)
                isLost = Settle(ref outcomes[i], await ReadAsync(settings.Reply, cancellationToken));
        if (isLost)
            Fill(outcomes, new Outcome.Deferred(new(4, 4, 2), $"{peer.Remote}: the server closed the connection"));
        else
            await ContentAsync(await ReadAsync(settings.DataReply, cancellationToken), outcomes, cancellationToken);
    }

    private async Task InTurnAsync(string?[] commands, Outcome?[] outcomes, CancellationToken cancellationToken)
    {
        RemoteReply mail = await AskAsync(commands[0]!, settings.Reply, cancellationToken);
        if (!mail.IsPositive)
        {
            Fill(outcomes, mail.ToOutcome(peer.Remote, "MAIL"));
            return;
        }
        for (int i = 0; i < outcomes.Length; i++)
        {
            if (commands[i + 1] is not { } rcpt || !Settle(ref outcomes[i], await AskAsync(rcpt, settings.Reply, cancellationToken)))
                continue;
            Fill(outcomes, new Outcome.Deferred(new(4, 4, 2), $"{peer.Remote}: the server closed the connection"));
            return;
        }
        if (Array.Exists(outcomes, static outcome => outcome is null))
            await ContentAsync(await AskAsync("DATA", settings.DataReply, cancellationToken), outcomes, cancellationToken);
    }

    /// <summary>Null stays for an accepted recipient: its end comes with the dot. True: the connection is over.</summary>
    private bool Settle(ref Outcome? outcome, RemoteReply reply)
    {
        if (!reply.IsPositive)
            outcome ??= reply.ToOutcome(peer.Remote, "RCPT");
        return reply.EndsConnection;
    }

    private async Task ContentAsync(RemoteReply go, Outcome?[] outcomes, CancellationToken cancellationToken)
    {
        if (go.Code != 354)
        {
            Fill(outcomes, go.IsPositive ? new Outcome.Deferred(new(4, 5, 0), $"{peer.Remote} said: {go.Quoted} (in reply to DATA)") : go.ToOutcome(peer.Remote, "DATA"));
            return;
        }
        var body = new DotStuffing(peer.Connection.Output);
        // a pipelining server may want data though it refused all: it gets an empty message, which it refuses (RFC 2920 3.1)
        bool isWanted = Array.Exists(outcomes, static outcome => outcome is null);
        if (isWanted)
            await SendAsync(body, cancellationToken);
        body.End();
        ContentLeft = isWanted;
        await peer.Connection.FlushAsync(cancellationToken);
        RemoteReply end = await ReadAsync(settings.DotReply, cancellationToken);
        peer.IsReusable = !end.EndsConnection;
        Fill(outcomes, end.IsPositive ? new Outcome.Delivered(peer.Remote, end.Quoted) : end.ToOutcome(peer.Remote, "the message"));
    }

    /// <summary>Streams the content. A store that fails in the middle must not leave half a message with an end: the connection is aborted.</summary>
    private async Task SendAsync(DotStuffing body, CancellationToken cancellationToken)
    {
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceOctets);
        try
        {
            int read;
            for (long at = 0; (read = await delivery.Content.ReadAsync(at, piece.AsMemory(0, PieceOctets), cancellationToken)) > 0; at += read)
            {
                body.Write(piece.AsSpan(0, read));
                await peer.Connection.FlushAsync(cancellationToken);
            }
        }
        catch
        {
            peer.Connection.Abort();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    private async Task<Outcome?> RefusalAsync(CancellationToken cancellationToken)
    {
        if (peer.Offers.MaxOctets is { } most && delivery.Content.Octets > most)
            return new Outcome.Failed(new(5, 3, 4), $"{peer.Remote} takes messages of at most {most} octets, this one has {delivery.Content.Octets}");
        if (_message.Body == BodyType.BinaryMime)
            return new Outcome.Failed(new(5, 6, 3), $"{peer.Remote} cannot be given a binary message");
        if (_message.Sender is { NeedsUtf8: true } && !peer.Offers.Utf8)
            return new Outcome.Failed(new(5, 6, 7), $"{peer.Remote} does not take addresses beyond ASCII (SMTPUTF8)");
        bool asksUtf8 = _message.Utf8 && !peer.Offers.Utf8, asksEightBit = _message.Body == BodyType.EightBitMime && !peer.Offers.EightBitMime;
        if (!asksUtf8 && !asksEightBit)
            return null;
        return await EightBitScan.RunAsync(delivery.Content, cancellationToken) switch
        {
            EightBit.InHeader when asksUtf8 => new Outcome.Failed(new(5, 6, 7), $"{peer.Remote} does not take header fields beyond ASCII (SMTPUTF8)"),
            not EightBit.Nowhere when asksEightBit => new Outcome.Failed(new(5, 6, 3), $"{peer.Remote} does not take 8-bit messages (8BITMIME)"),
            _ => null,
        };
    }

    private string MailCommand()
    {
        var command = new StringBuilder("MAIL FROM:<").Append(_message.Sender is { } sender ? Written(sender) : "").Append('>');
        if (peer.Offers.Size)
            command.Append(CultureInfo.InvariantCulture, $" SIZE={delivery.Content.Octets}");
        if (peer.Offers.EightBitMime && _message.Body == BodyType.EightBitMime)
            command.Append(" BODY=8BITMIME");
        if (peer.Offers.Utf8 && _message.Utf8)
            command.Append(" SMTPUTF8");
        if (peer.Offers.Dsn && _message.Return is { } what)
            command.Append(what == ReturnContent.Full ? " RET=FULL" : " RET=HDRS");
        if (peer.Offers.Dsn && _message.EnvelopeId is { } id)
            command.Append(" ENVID=").Append(XText.Encode(id));
        return command.ToString();
    }

    /// <summary>Null: the address cannot be written to this server.</summary>
    private string? RcptCommand(QueuedRecipient recipient)
    {
        if (recipient.Final.NeedsUtf8 && !peer.Offers.Utf8)
            return null;
        var command = new StringBuilder("RCPT TO:<").Append(Written(recipient.Final)).Append('>');
        if (peer.Offers.Dsn && recipient.Notify != Notify.Default)
            command.Append(" NOTIFY=").Append(Written(recipient.Notify));
        if (peer.Offers.Dsn && recipient.OriginalRecipient is { } original && original.IndexOf(';') is > 0 and var type)
            command.Append(" ORCPT=").Append(original, 0, type + 1).Append(XText.Encode(original[(type + 1)..]));
        return command.ToString();
    }

    /// <summary>Octets unchanged; only a domain in its own script is written in ASCII to a server that knows nothing else (RFC 5891 4.4).</summary>
    private string Written(MailAddress address) =>
        peer.Offers.Utf8 || Ascii.IsValid(address.Domain) ? address.ToString() : address.LocalPart + "@" + address.DomainKey;

    private static string Written(Notify notify)
    {
        if (notify == Notify.Never)
            return "NEVER";
        (Notify Flag, string Word)[] words = [(Notify.Success, "SUCCESS"), (Notify.Failure, "FAILURE"), (Notify.Delay, "DELAY")];
        return string.Join(',', words.Where(word => notify.HasFlag(word.Flag)).Select(static word => word.Word));
    }

    private async ValueTask<RemoteReply> AskAsync(string command, TimeSpan limit, CancellationToken cancellationToken)
    {
        peer.Write(command);
        await peer.Connection.FlushAsync(cancellationToken);
        return await ReadAsync(limit, cancellationToken);
    }

    private async ValueTask<RemoteReply> ReadAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        RemoteReply reply = await RemoteReply.ReadAsync(peer.Connection, limit, cancellationToken);
        WasHeard |= reply is { IsLost: false, Code: not 421 };
        return reply;
    }

    /// <summary>Gives <paramref name="rest"/> to those without an outcome.</summary>
    private static Outcome[] Fill(Outcome?[] outcomes, Outcome? rest)
    {
        for (int i = 0; i < outcomes.Length; i++)
            outcomes[i] ??= rest;
        return outcomes!;
    }
}

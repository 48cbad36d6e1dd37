using System.Buffers;
using System.Globalization;
using DirMail.Mail;
using DirMail.Store;
using DirMail.Transfer;

namespace DirMail.Channels.Smtp;

/// <summary>
/// One MAIL, RCPT ..., DATA (for binary messages BDAT, RFC 3030) over an open connection, for the recipients still without an end (RFC 5321 3.3). All commands leave at once when the server offers
/// pipelining (RFC 2920), else one by one; both ways the same replies are read in the same order.
/// </summary>
internal sealed class Transaction(SmtpPeer peer, Delivery delivery, SmtpChannelSettings settings)
{
    private const int PieceOctets = 64 * 1024;

    private readonly QueuedMessage _message = delivery.Row.Message;
    private readonly Commands _commands = new(peer.Offers, delivery);

    /// <summary>What the first recipient heard that was too many.</summary>
    private Outcome? _tooMany;
    private bool _tookOne;

    private bool IsBinary => _message.Body == BodyType.BinaryMime;

    /// <summary>The server answered something: the connection was alive when this transaction began.</summary>
    public bool WasHeard { get; private set; }

    /// <summary>Commands were sent at all; without, the outcomes come from what the server offers.</summary>
    public bool WasSpoken { get; private set; }

    /// <summary>The server took some recipients, and those behind them were too many for one transaction: they go in the next.</summary>
    public bool TookPart { get; private set; }

    /// <summary>The content has left: another server must not be tried before the schedule says so, lest the message arrives twice.</summary>
    public bool ContentLeft { get; private set; }

    /// <summary>An outcome for each of <paramref name="recipients"/>, in their order.</summary>
    public async Task<Outcome[]> RunAsync(IReadOnlyList<QueuedRecipient> recipients, CancellationToken cancellationToken)
    {
        var outcomes = new Outcome?[recipients.Count];
        if (await RefusalAsync(cancellationToken) is { } unfit)
            return Fill(outcomes, unfit with { Stage = Stage.Hello });
        peer.IsReusable = false;
        string?[] commands = [_commands.Mail(), .. recipients.Select(_commands.Rcpt), .. IsBinary ? Array.Empty<string>() : ["DATA"]];
        for (int i = 0; i < outcomes.Length; i++)
            if (commands[i + 1] is null)
                outcomes[i] = new Outcome.Failed(new(5, 6, 7), $"{peer.Remote} does not take addresses beyond ASCII (SMTPUTF8)") { Stage = Stage.Rcpt };
        if (!Array.Exists(outcomes, static outcome => outcome is null))
            return Fill(outcomes, null);
        WasSpoken = true;
        await (peer.Offers.Pipelining ? AtOnceAsync(commands, outcomes, cancellationToken) : InTurnAsync(commands, outcomes, cancellationToken));
        return Fill(outcomes, null);
    }

    private async Task AtOnceAsync(string?[] commands, Outcome?[] outcomes, CancellationToken cancellationToken)
    {
        int replies = 0;
        foreach (string? command in commands)
            if (command is not null)
            {
                peer.Write(command);
                replies++;
            }
        peer.Connection.ExpectAtLeast(replies * RemoteReply.LeastOctets);
        await peer.Connection.FlushAsync(cancellationToken);
        RemoteReply mail = await ReadAsync(settings.Reply, cancellationToken);
        if (!mail.IsPositive)
            Fill(outcomes, mail.ToOutcome(peer.Remote, Stage.Mail));
        bool isLost = mail.EndsConnection;
        for (int i = 0; i < outcomes.Length && !isLost; i++)
            if (commands[i + 1] is not null)
                isLost = Settle(ref outcomes[i], await ReadAsync(settings.Reply, cancellationToken));
        if (isLost)
            Fill(outcomes, new Outcome.Deferred(new(4, 4, 2), $"{peer.Remote}: the server closed the connection") { Stage = Stage.Rcpt });
        else if (IsBinary)
            await ChunkAsync(outcomes, cancellationToken);
        else
            await ContentAsync(await ReadAsync(settings.DataReply, cancellationToken), outcomes, cancellationToken);
    }

    private async Task InTurnAsync(string?[] commands, Outcome?[] outcomes, CancellationToken cancellationToken)
    {
        RemoteReply mail = await AskAsync(commands[0]!, settings.Reply, cancellationToken);
        if (!mail.IsPositive)
        {
            Fill(outcomes, mail.ToOutcome(peer.Remote, Stage.Mail));
            return;
        }
        for (int i = 0; i < outcomes.Length; i++)
        {
            if (_tooMany is not null)
                outcomes[i] ??= _tooMany;
            if (outcomes[i] is not null || commands[i + 1] is not { } rcpt || !Settle(ref outcomes[i], await AskAsync(rcpt, settings.Reply, cancellationToken)))
                continue;
            Fill(outcomes, new Outcome.Deferred(new(4, 4, 2), $"{peer.Remote}: the server closed the connection") { Stage = Stage.Rcpt });
            return;
        }
        if (IsBinary)
            await ChunkAsync(outcomes, cancellationToken);
        else if (Array.Exists(outcomes, static outcome => outcome is null))
            await ContentAsync(await AskAsync("DATA", settings.DataReply, cancellationToken), outcomes, cancellationToken);
    }

    /// <summary>Null stays for an accepted recipient: its end comes with the dot. True: the connection is over.</summary>
    private bool Settle(ref Outcome? outcome, RemoteReply reply)
    {
        _tookOne |= reply.IsPositive;
        if (!reply.IsPositive)
            outcome ??= reply.ToOutcome(peer.Remote, Stage.Rcpt);
        if (reply.IsTooMany && _tookOne)
            _tooMany ??= outcome;
        return reply.EndsConnection;
    }

    private async Task ContentAsync(RemoteReply go, Outcome?[] outcomes, CancellationToken cancellationToken)
    {
        if (go.Code != 354)
        {
            Fill(outcomes, go.ToOutcome(peer.Remote, Stage.Data));
            return;
        }
        var body = new DotStuffing(peer.Connection.Output);
        // a pipelining server may want data though it refused all: it gets an empty message, which it refuses (RFC 2920 3.1)
        bool isWanted = Array.Exists(outcomes, static outcome => outcome is null);
        if (isWanted)
            await SendAsync(body.Write, cancellationToken);
        body.End();
        ContentLeft = isWanted;
        await peer.Connection.FlushAsync(cancellationToken);
        End(await ReadAsync(settings.DotReply, cancellationToken), outcomes);
    }

    /// <summary>One chunk, octet for octet, without a word before its end (RFC 3030 2); a server that took nobody gets none, but a clean slate.</summary>
    private async Task ChunkAsync(Outcome?[] outcomes, CancellationToken cancellationToken)
    {
        if (!Array.Exists(outcomes, static outcome => outcome is null))
        {
            peer.IsReusable = await AskAsync("RSET", settings.Reply, cancellationToken) is { IsPositive: true };
            return;
        }
        peer.Write(string.Create(CultureInfo.InvariantCulture, $"BDAT {delivery.Content.Octets} LAST"));
        await SendAsync(octets => peer.Connection.Output.Write(octets), cancellationToken);
        ContentLeft = true;
        await peer.Connection.FlushAsync(cancellationToken);
        End(await ReadAsync(settings.DotReply, cancellationToken), outcomes);
    }

    private void End(RemoteReply end, Outcome?[] outcomes)
    {
        peer.IsReusable = !end.EndsConnection && !end.AsksForMore;
        TookPart = end.IsPositive && _tooMany is not null && Array.Exists(outcomes, static outcome => outcome is null);
        Fill(outcomes, end.IsPositive ? new Outcome.Delivered(peer.Remote, end.Quoted) { ReportsItself = peer.Offers.Dsn, Said = end.AnswerOf(peer.Remote) } : end.ToOutcome(peer.Remote, Stage.Content));
    }

    /// <summary>Streams the content; its end is left for the caller to flush. A store that fails in the middle must not leave half a message with an end: the connection is aborted.</summary>
    private async Task SendAsync(Action<ReadOnlySpan<byte>> write, CancellationToken cancellationToken)
    {
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceOctets);
        try
        {
            int read;
            for (long at = 0; (read = await delivery.Content.ReadAsync(at, piece.AsMemory(0, PieceOctets), cancellationToken)) > 0; at += read)
            {
                // what was written last leaves together with what its caller writes next
                if (at > 0)
                    await peer.Connection.FlushAsync(cancellationToken);
                write(piece.AsSpan(0, read));
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
        if (_message.Wishes.By is { IsReturned: true } && !peer.Offers.DeliverBy)
            return new Outcome.Failed(new(5, 3, 3), $"{peer.Remote} does not know deadlines (DELIVERBY), and this message shall be returned when it cannot be delivered in time");
        if (IsBinary && !(peer.Offers.Chunking && peer.Offers.BinaryMime))
            return new Outcome.Failed(new(5, 6, 3), $"{peer.Remote} takes no binary messages (BINARYMIME), send it with its parts encoded as base64");
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

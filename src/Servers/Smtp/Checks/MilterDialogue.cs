using System.Buffers;
using System.Net.Sockets;
using System.Text;
using DirMail.Mail;
using DirMail.Store;
using DirMail.Wire;

namespace DirMail.Servers.Smtp.Checks;

/// <summary>
/// One connection to a milter (protocol 6), stage by stage. What it does not want to hear is not sent, and where it gives no answer none is awaited: such stages cost no round trip.
/// Each stage answers null when it goes on, else what the milter wants; all of them throw <see cref="IOException"/> when it is gone or does not keep to the protocol.
/// </summary>
internal sealed class MilterDialogue(MilterConnection milter) : IAsyncDisposable
{
    private const int MaxAnswers = 10_000, BodyPiece = 65_535;

    private bool _isInMessage;

    /// <summary>What the message is called: the macro i of each of its stages.</summary>
    private string _id = "";

    public ValueTask DisposeAsync() => milter.DisposeAsync();

    public Task<FilterVerdict?> ConnectAsync(FilteredClient client, CancellationToken cancellationToken)
    {
        bool isV4 = client.Endpoint.AddressFamily == AddressFamily.InterNetwork;
        byte[] port = [(byte)(client.Endpoint.Port >> 8), (byte)client.Endpoint.Port];
        byte[] data = [.. Encoding.UTF8.GetBytes(client.NameOrAddress), 0, (byte)(isV4 ? '4' : '6'), .. port, .. Encoding.UTF8.GetBytes(client.Endpoint.Address.ToString()), 0];
        return SayAsync('C', MilterMacros.OfConnection(client), data, MilterSteps.NoConnect, MilterSteps.SilentConnect, cancellationToken);
    }

    public Task<FilterVerdict?> HelloAsync(FilteredClient client, CancellationToken cancellationToken)
    {
        LeaveMessage();
        return SayAsync('H', MilterMacros.OfTls(client), Text(client.Helo), MilterSteps.NoHelo, MilterSteps.SilentHelo, cancellationToken);
    }

    /// <summary>Begins a message. One before that did not come to its end is none.</summary>
    public Task<FilterVerdict?> MailAsync(SmtpTransaction transaction, CancellationToken cancellationToken)
    {
        LeaveMessage();
        _isInMessage = true;
        _id = transaction.Id.ToString();
        return SayAsync('M', [.. Id, .. MilterMacros.OfSender(transaction)], Text([$"<{transaction.Sender}>", .. transaction.Parameters.Words]), MilterSteps.NoMail, MilterSteps.SilentMail, cancellationToken);
    }

    public Task<FilterVerdict?> RecipientAsync(FilteredRecipient recipient, CancellationToken cancellationToken) =>
        SayAsync('R', [.. Id, .. MilterMacros.OfRecipient(recipient.Address)], Text([$"<{recipient.Address}>", .. recipient.Parameters]), MilterSteps.NoRecipients, MilterSteps.SilentRecipients, cancellationToken);

    /// <summary>From DATA to the end of the message.</summary>
    public async Task<FilterVerdict> MessageAsync(Content content, CancellationToken cancellationToken) =>
        await SayAsync('T', Id, [], MilterSteps.NoData, MilterSteps.SilentData, cancellationToken)
            ?? await HeaderAsync(content, cancellationToken)
            ?? await BodyAsync(content, cancellationToken)
            ?? await EndAsync(cancellationToken);

    private async Task<FilterVerdict?> HeaderAsync(Content content, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> octets = content.Header;
        foreach (HeaderField field in Hears(MilterSteps.NoHeaders) ? HeaderBlock.Parse(octets.Span).Fields : [])
            if (await SayAsync('L', [], Field(field, octets.Span.Slice(field.Offset, field.Length)), MilterSteps.NoHeaders, MilterSteps.SilentHeaders, cancellationToken) is { } verdict)
                return verdict;
        return await SayAsync('N', Id, [], MilterSteps.NoEndOfHeaders, MilterSteps.SilentEndOfHeaders, cancellationToken);
    }

    private async Task<FilterVerdict?> BodyAsync(Content content, CancellationToken cancellationToken)
    {
        if (!Hears(MilterSteps.NoBody))
            return null;
        byte[] piece = ArrayPool<byte>.Shared.Rent(BodyPiece);
        try
        {
            int read;
            for (long at = content.Structure.Root.BodyStart; (read = await content.ReadAsync(at, piece.AsMemory(0, BodyPiece), cancellationToken)) > 0; at += read)
            {
                milter.Write('B', piece.AsSpan(0, read));
                await milter.FlushAsync(cancellationToken);
                if (!Hears(MilterSteps.SilentBody))
                    continue;
                MilterPacket answer = await milter.ReadAsync(cancellationToken);
                if (answer.Kind == 's')
                    break;
                if (MilterAnswer.Verdict(answer) is { } verdict)
                    return verdict;
            }
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    /// <summary>Changes come one by one, then the verdict.</summary>
    private async Task<FilterVerdict> EndAsync(CancellationToken cancellationToken)
    {
        Macros('E', Id);
        milter.Write('E');
        FilterVerdict verdict = FilterVerdict.Nothing;
        for (int answers = 0; answers < MaxAnswers; answers++)
        {
            MilterPacket answer = await milter.ReadAsync(cancellationToken);
            if (MilterAnswer.Changed(verdict, answer) is { } changed)
            {
                verdict = changed;
                continue;
            }
            FilterVerdict final = answer.Kind == 'a' ? verdict : MilterAnswer.Verdict(answer) ?? verdict;
            _isInMessage = false;
            return final;
        }
        throw new IOException("it makes no end of changes");
    }

    private void LeaveMessage()
    {
        if (_isInMessage)
            milter.Write('A');
        _isInMessage = false;
    }

    private string[] Id => ["i", _id];

    private bool Hears(MilterSteps no) => !milter.Steps.HasFlag(no);

    private async Task<FilterVerdict?> SayAsync(char stage, string[] macros, byte[] data, MilterSteps unheard, MilterSteps silent, CancellationToken cancellationToken)
    {
        if (!Hears(unheard))
            return null;
        Macros(stage, macros);
        milter.Write(stage, data);
        return Hears(silent) ? MilterAnswer.Verdict(await milter.ReadAsync(cancellationToken)) : null;
    }

    /// <summary>Each ends with NUL, and has none inside.</summary>
    private static byte[] Text(params ReadOnlySpan<string> words)
    {
        var text = new StringBuilder();
        foreach (string word in words)
            text.Append(word.Replace("\0", "", StringComparison.Ordinal)).Append('\0');
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <param name="pairs">Names and values.</param>
    private void Macros(char stage, string[] pairs)
    {
        if (pairs.Length > 0)
            milter.Write('D', [(byte)stage, .. Text(pairs)]);
    }

    /// <summary>Name and value, folds with LF alone as libmilter has them; one leading blank is left out unless it is wanted.</summary>
    private byte[] Field(HeaderField field, ReadOnlySpan<byte> octets)
    {
        ReadOnlySpan<byte> value = octets[(octets.IndexOf((byte)':') + 1)..].TrimEnd("\r\n"u8);
        if (!milter.Steps.HasFlag(MilterSteps.LeadingSpace) && value.StartsWith(" "u8))
            value = value[1..];
        return [.. Encoding.ASCII.GetBytes(field.Name), 0, .. value.ToArray().Where(static octet => octet is not (byte)'\r' and not 0), 0];
    }
}

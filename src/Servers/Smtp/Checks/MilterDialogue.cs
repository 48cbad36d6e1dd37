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

    public ValueTask DisposeAsync() => milter.DisposeAsync();

    public Task<FilterVerdict?> ConnectAsync(FilteredClient client, CancellationToken cancellationToken)
    {
        Macros('C', "j", client.Server, "{daemon_name}", client.Server, "v", "DirMail", "{client_addr}", client.Endpoint.Address.ToString(), "{client_name}", client.NameOrAddress);
        bool isV4 = client.Endpoint.AddressFamily == AddressFamily.InterNetwork;
        byte[] port = [(byte)(client.Endpoint.Port >> 8), (byte)client.Endpoint.Port];
        byte[] data = [.. Encoding.UTF8.GetBytes(client.NameOrAddress), 0, (byte)(isV4 ? '4' : '6'), .. port, .. Encoding.UTF8.GetBytes(client.Endpoint.Address.ToString()), 0];
        return SayAsync('C', data, MilterSteps.NoConnect, MilterSteps.SilentConnect, cancellationToken);
    }

    public Task<FilterVerdict?> HelloAsync(string name, CancellationToken cancellationToken)
    {
        LeaveMessage();
        return SayAsync('H', Text(name), MilterSteps.NoHelo, MilterSteps.SilentHelo, cancellationToken);
    }

    /// <summary>Begins a message. One before that did not come to its end is none.</summary>
    public Task<FilterVerdict?> MailAsync(MailAddress? sender, CancellationToken cancellationToken)
    {
        LeaveMessage();
        _isInMessage = true;
        Macros('M', "i", Guid.NewGuid().ToString("n")[..12], "{mail_addr}", sender?.ToString() ?? "");
        return SayAsync('M', Text($"<{sender}>"), MilterSteps.NoMail, MilterSteps.SilentMail, cancellationToken);
    }

    public async Task<FilterVerdict?> RecipientAsync(MailAddress recipient, CancellationToken cancellationToken)
    {
        if (!Hears(MilterSteps.NoRecipients))
            return null;
        Macros('R', "{rcpt_addr}", recipient.ToString());
        return await SayAsync('R', Text($"<{recipient}>"), MilterSteps.NoRecipients, MilterSteps.SilentRecipients, cancellationToken);
    }

    /// <summary>From DATA to the end of the message.</summary>
    public async Task<FilterVerdict> MessageAsync(Content content, CancellationToken cancellationToken) =>
        await SayAsync('T', [], MilterSteps.NoData, MilterSteps.SilentData, cancellationToken)
            ?? await HeaderAsync(content, cancellationToken)
            ?? await BodyAsync(content, cancellationToken)
            ?? await EndAsync(cancellationToken);

    private async Task<FilterVerdict?> HeaderAsync(Content content, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> octets = content.Header;
        foreach (HeaderField field in Hears(MilterSteps.NoHeaders) ? HeaderBlock.Parse(octets.Span).Fields : [])
            if (await SayAsync('L', Field(field, octets.Span.Slice(field.Offset, field.Length)), MilterSteps.NoHeaders, MilterSteps.SilentHeaders, cancellationToken) is { } verdict)
                return verdict;
        return await SayAsync('N', [], MilterSteps.NoEndOfHeaders, MilterSteps.SilentEndOfHeaders, cancellationToken);
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

    private bool Hears(MilterSteps no) => !milter.Steps.HasFlag(no);

    private async Task<FilterVerdict?> SayAsync(char stage, byte[] data, MilterSteps unheard, MilterSteps silent, CancellationToken cancellationToken)
    {
        if (!Hears(unheard))
            return null;
        milter.Write(stage, data);
        return Hears(silent) ? MilterAnswer.Verdict(await milter.ReadAsync(cancellationToken)) : null;
    }

    private static byte[] Text(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

    private void Macros(char command, params ReadOnlySpan<string> pairs)
    {
        byte[] data = [(byte)command];
        foreach (string word in pairs)
            data = [.. data, .. Text(word)];
        milter.Write('D', data);
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

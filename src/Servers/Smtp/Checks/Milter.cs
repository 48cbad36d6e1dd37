using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using DirMail.Mail;
using DirMail.Wire;

namespace DirMail.Servers.Smtp.Checks;

/// <summary>
/// Has a milter (protocol 6) look at a complete message: the whole dialogue from connect to end of message is held at the dot, so that what it says of one recipient
/// counts for the message. Fields may be added, changed and removed, recipients added and removed; bodies stay as they are.
/// </summary>
internal sealed class Milter(EndPoint address)
{
    private const int MaxAnswers = 10_000, BodyPiece = 65_535;
    private const MilterActions Offered = MilterActions.AddHeaders | MilterActions.ChangeHeaders | MilterActions.AddRecipients | MilterActions.DeleteRecipients | MilterActions.Quarantine;

    public override string ToString() => $"milter at {address}";

    /// <exception cref="IOException">It cannot be reached, or does not keep to the protocol.</exception>
    public async Task<FilterVerdict> AskAsync(FilteredMessage message, CancellationToken cancellationToken)
    {
        await using MilterConnection milter = await MilterConnection.OpenAsync(address, Offered, cancellationToken);
        var dialogue = new MilterDialogue(milter, message, cancellationToken);
        FilterVerdict? verdict = await dialogue.EnvelopeAsync() ?? await dialogue.HeaderAsync() ?? await dialogue.BodyAsync();
        return verdict ?? await dialogue.EndAsync();
    }

    private sealed class MilterDialogue(MilterConnection milter, FilteredMessage message, CancellationToken cancellationToken)
    {
        private bool Hears(MilterSteps no) => !milter.Steps.HasFlag(no);

        public async Task<FilterVerdict?> EnvelopeAsync()
        {
            string id = Guid.NewGuid().ToString("n")[..12], sender = $"<{message.Sender}>";
            Macros('C', "j", message.Server, "{daemon_name}", message.Server, "v", "DirMail", "{client_addr}", message.Client.Address.ToString(), "{client_name}", Name);
            if (Hears(MilterSteps.NoConnect))
            {
                bool isV4 = message.Client.AddressFamily == AddressFamily.InterNetwork;
                byte[] port = [(byte)(message.Client.Port >> 8), (byte)message.Client.Port];
                milter.Write('C', [.. Encoding.UTF8.GetBytes(Name), 0, (byte)(isV4 ? '4' : '6'), .. port, .. Encoding.UTF8.GetBytes(message.Client.Address.ToString()), 0]);
                if (await AnswerAsync(MilterSteps.SilentConnect) is { } refused)
                    return refused;
            }
            if (Hears(MilterSteps.NoHelo))
            {
                milter.Write('H', message.Helo);
                if (await AnswerAsync(MilterSteps.SilentHelo) is { } refused)
                    return refused;
            }
            Macros('M', "i", id, "{mail_addr}", message.Sender?.ToString() ?? "");
            if (Hears(MilterSteps.NoMail))
            {
                milter.Write('M', sender);
                if (await AnswerAsync(MilterSteps.SilentMail) is { } refused)
                    return refused;
            }
            foreach (MailAddress recipient in Hears(MilterSteps.NoRecipients) ? message.Recipients : [])
            {
                Macros('R', "{rcpt_addr}", recipient.ToString());
                milter.Write('R', $"<{recipient}>");
                if (await AnswerAsync(MilterSteps.SilentRecipients) is { } refused)
                    return refused;
            }
            if (!Hears(MilterSteps.NoData))
                return null;
            milter.Write('T');
            return await AnswerAsync(MilterSteps.SilentData);
        }

        public async Task<FilterVerdict?> HeaderAsync()
        {
            ReadOnlyMemory<byte> octets = message.Content.Header;
            foreach (HeaderField field in Hears(MilterSteps.NoHeaders) ? HeaderBlock.Parse(octets.Span).Fields : [])
            {
                milter.Write('L', Field(field, octets.Span.Slice(field.Offset, field.Length)));
                if (await AnswerAsync(MilterSteps.SilentHeaders) is { } refused)
                    return refused;
            }
            if (!Hears(MilterSteps.NoEndOfHeaders))
                return null;
            milter.Write('N');
            return await AnswerAsync(MilterSteps.SilentEndOfHeaders);
        }

        public async Task<FilterVerdict?> BodyAsync()
        {
            if (!Hears(MilterSteps.NoBody))
                return null;
            byte[] piece = ArrayPool<byte>.Shared.Rent(BodyPiece);
            try
            {
                int read;
                for (long at = message.Content.Structure.Root.BodyStart; (read = await message.Content.ReadAsync(at, piece.AsMemory(0, BodyPiece), cancellationToken)) > 0; at += read)
                {
                    milter.Write('B', piece.AsSpan(0, read));
                    await milter.FlushAsync(cancellationToken);
                    if (!Hears(MilterSteps.SilentBody))
                        continue;
                    MilterPacket answer = await milter.ReadAsync(cancellationToken);
                    if (answer.Kind == 's')
                        break;
                    if (Final(answer) is { } refused)
                        return refused;
                }
                return null;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(piece);
            }
        }

        /// <summary>Changes come one by one, then the verdict.</summary>
        public async Task<FilterVerdict> EndAsync()
        {
            milter.Write('E');
            FilterVerdict verdict = FilterVerdict.Nothing;
            for (int answers = 0; answers < MaxAnswers; answers++)
            {
                MilterPacket answer = await milter.ReadAsync(cancellationToken);
                if (answer.Kind is 'c' or 'a')
                    return verdict;
                if (Changed(verdict, answer) is { } changed)
                    verdict = changed;
                else if (Final(answer) is { } final)
                    return final;
            }
            throw new IOException("it makes no end of changes");
        }

        private static FilterVerdict? Changed(FilterVerdict verdict, MilterPacket answer) => answer.Kind switch
        {
            'h' when answer.Strings() is [var name, var value, ..] => verdict with { Fields = verdict.Fields + FieldText.Of(name, value) },
            'i' when answer.Strings(4) is [var name, var value, ..] => verdict with { Fields = FieldText.Of(name, value) + verdict.Fields },
            'm' when answer.Strings(4) is [var name, .. var rest] => verdict with { Changes = [.. verdict.Changes, new(name, (int)Math.Min(answer.Number(), int.MaxValue), rest is [var value, ..] ? value : "")] },
            '+' when Address(answer) is { } added => verdict with { Added = [.. verdict.Added, added] },
            '-' when Address(answer) is { } removed => verdict with { Removed = [.. verdict.Removed, removed] },
            'q' => verdict with { IsSuspicious = true },
            'h' or 'i' or 'm' or '+' or '-' => verdict,
            _ => null,
        };

        private static MailAddress? Address(MilterPacket answer) =>
            answer.Strings() is [var path, ..] && MailAddress.TryParse(path.Trim('<', '>', ' '), out MailAddress address) ? address : null;

        /// <summary>Null: it goes on. Accepted early is a verdict as well.</summary>
        private async Task<FilterVerdict?> AnswerAsync(MilterSteps silent) => Hears(silent) ? Final(await milter.ReadAsync(cancellationToken)) : null;

        private static FilterVerdict? Final(MilterPacket answer) => answer.Kind switch
        {
            'c' => null,
            'a' => FilterVerdict.Nothing,
            'r' => FilterVerdict.Nothing with { Refusal = Responses.FilterRefused },
            't' or 'f' or '4' => FilterVerdict.Nothing with { Refusal = Responses.FilterDefers },
            'd' => FilterVerdict.Nothing with { IsDiscarded = true },
            'y' => FilterVerdict.Nothing with { Refusal = Own(answer) },
            _ => throw new IOException($"an answer that has no place here: {(int)answer.Kind}"),
        };

        /// <summary>"550 5.7.1 text" of its own; another class of code than 4 and 5 is no refusal.</summary>
        private static Reply Own(MilterPacket answer)
        {
            string text = string.Concat((answer.Strings() is [var first, ..] ? first : "").Take(400).Select(static c => c is >= ' ' and <= '~' ? c : ' '));
            string[] words = text.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0 || words[0].Length != 3 || !int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out int code) || code is < 400 or > 599)
                return Responses.FilterDefers;
            bool hasStatus = words.Length > 1 && EnhancedStatus.TryParse(words[1], out _);
            Reply plain = code < 500 ? Responses.FilterDefers : Responses.FilterRefused;
            return hasStatus && EnhancedStatus.TryParse(words[1], out EnhancedStatus status) ? new(code, status, words.Length > 2 ? words[2] : plain.Text)
                : new(code, plain.Status, text[3..].Trim() is { Length: > 0 } said ? said : plain.Text);
        }

        private string Name => message.ClientName.Length > 0 ? message.ClientName : $"[{message.Client.Address}]";

        private void Macros(char command, params ReadOnlySpan<string> pairs)
        {
            byte[] data = [(byte)command];
            foreach (string word in pairs)
                data = [.. data, .. Encoding.UTF8.GetBytes(word), 0];
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
}

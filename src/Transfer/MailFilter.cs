using System.Collections.Immutable;
using DirMail.Mail;
using DirMail.Mail.Sieve;
using DirMail.Store;
using Microsoft.Extensions.Logging;

namespace DirMail.Transfer;

/// <summary>
/// Asks scripts about one message, each once for a recipient however often the plan is made. What goes wrong is logged and means that the message is kept. Not for several threads at once.
/// </summary>
/// <param name="header">As the recipient gets it, with the fields that we put before it: the same at acceptance and whenever a row of it is attempted.</param>
/// <param name="octets">Of the message with those.</param>
public sealed class MailFilter(ReadOnlySpan<byte> header, long octets, MailAddress? sender, AcceptanceId acceptance, ILogger logger)
{
    /// <summary>Octets of a message's own header that scripts see.</summary>
    private const int MostHeaderOctets = 256 * 1024;

    private readonly SieveMessage _message = new(header, octets, sender);
    private readonly Dictionary<(SieveScript Script, MailAddress Given), SieveResult> _asked = [];

    /// <summary>Of a message in the queue.</summary>
    public static async Task<MailFilter> ReadAsync(Delivery delivery, ILogger logger, CancellationToken cancellationToken)
    {
        MessageContent content = delivery.Content;
        var header = new byte[(int)Math.Min(content.HeaderOctets, delivery.Row.Message.Prefix.Length + MostHeaderOctets)];
        int length = 0;
        while (length < header.Length && await content.ReadAsync(length, header.AsMemory(length), cancellationToken) is var read and > 0)
            length += read;
        return new(header.AsSpan(0, length), content.Octets, delivery.Row.Message.Sender, delivery.Row.Acceptance, logger);
    }

    /// <param name="given">The address of the envelope that led here.</param>
    public SieveResult Ask(SieveScript script, MailAddress given)
    {
        if (!_asked.TryGetValue((script, given), out SieveResult? known))
            _asked.Add((script, given), known = Sound(script.Run(_message, given), given));
        return known;
    }

    private SieveResult Sound(SieveResult wanted, MailAddress given)
    {
        if (wanted.Fault is { } fault)
            Log.ScriptBrokenOff(logger, acceptance, given.ToString(), fault);
        if (wanted.Filings.FirstOrDefault(static filing => !IsUsable(filing)) is not { } bad)
            return wanted;
        Log.NoSuchMailboxName(logger, acceptance, given.ToString(), bad.Mailbox!);
        ImmutableArray<SieveFiling> usable = wanted.Filings.RemoveAll(static filing => !IsUsable(filing));
        return wanted with { Filings = usable.Any(static filing => filing.Mailbox is null) ? usable : usable.Add(bad with { Mailbox = null }) };
    }

    private static bool IsUsable(SieveFiling filing) => filing.Mailbox is null || Place.MayBeCalled(filing.Mailbox);
}

using System.Net;
using System.Text;
using DirMail.Channels.Smtp;
using DirMail.Mail;
using DirMail.Mail.Mime;
using DirMail.Store;
using DirMail.Transfer;
using DirMail.Unit.Transfer;
using DirMail.Wire;
using Microsoft.Extensions.Logging.Abstractions;

namespace DirMail.Unit.Channels;

/// <summary>Makes deliveries and channels for tests.</summary>
internal static class Outgoing
{
    public const string Domain = "example.com";

    public static readonly OutgoingIdentity Bound = new(new EntryId(Guid.NewGuid()), "mail.abc.com", IPAddress.Parse("127.0.70.1"), null);
    public static readonly OutgoingIdentity Unbound = new(null, "host.local", null, null);

    public static Delivery Mail(string content, params string[] recipients) => Mail(content, Bound, recipients);

    public static Delivery Mail(string content, OutgoingIdentity identity, params string[] recipients)
    {
        byte[] octets = Encoding.UTF8.GetBytes(content);
        var message = new QueuedMessage
        {
            Domain = new(Guid.NewGuid()),
            Channel = "smtp",
            Destination = Domain,
            Identity = identity,
            Sender = MailAddress.Parse("ann@abc.com"),
            NextAttempt = DateTimeOffset.UnixEpoch,
            Expires = DateTimeOffset.MaxValue,
            Recipients = [.. recipients.Select(static text => new QueuedRecipient(MailAddress.Parse(text), MailAddress.Parse(text), Notify.Default, null))],
        };
        QueueRecipientRow[] rows = [.. message.Recipients.Select(static (recipient, i) => new QueueRecipientRow(new(i), recipient, 0, default, null, false))];
        var row = new QueueRow(new(1), new(1), message, octets.Length, default, rows);
        return new(row, Content("", 0, content));
    }

    /// <param name="replaces">Octets of the content that the prefix stands in place of.</param>
    public static MessageContent Content(string prefix, int replaces, string content)
    {
        byte[] octets = Encoding.UTF8.GetBytes(content);
        var structure = new MimeReader();
        structure.Write(octets);
        return new(prefix.Length + octets.Length - replaces, Encoding.ASCII.GetBytes(prefix), octets, "", StructureCodec.Encode(structure.Complete())) { Replaces = replaces };
    }

    public static Delivery With(this Delivery delivery, Func<QueuedMessage, QueuedMessage> change)
    {
        QueuedMessage changed = change(delivery.Row.Message);
        return delivery with { Row = delivery.Row with { Message = changed, Recipients = [.. changed.Recipients.Select((recipient, i) => delivery.Row.Recipients[i] with { Recipient = recipient })] } };
    }

    public static SmtpChannel Channel(IDnsClient dns, int port, Func<SmtpChannelSettings, SmtpChannelSettings>? change = null, Func<IPAddress, bool>? isVirtual = null, Func<string, EntryId?>? domainOf = null, MessageStore? store = null)
    {
        var settings = new SmtpChannelSettings { Port = port, MaxKept = 0, Connect = TimeSpan.FromSeconds(5) };
        return new(change?.Invoke(settings) ?? settings, isVirtual ?? (static _ => false), dns, NullLogger.Instance, domainOf ?? (static _ => null), store);
    }

    public static async Task<Outcome[]> RunAsync(this SmtpChannel channel, Delivery delivery)
    {
        IReadOnlyList<Attempt> attempts = await channel.DeliverAsync(delivery, CancellationToken.None).WaitAsync(TransferRoom.Soon);
        return [.. attempts.Select(static attempt => attempt.Outcome)];
    }

    /// <summary>"delivered", "deferred 4.2.1" or "failed 5.1.1".</summary>
    public static string Short(this Outcome outcome) => outcome switch
    {
        Outcome.Delivered => "delivered",
        Outcome.Deferred deferred => $"deferred {deferred.Status}",
        Outcome.Failed failed => $"failed {failed.Status}",
        _ => "?",
    };

    public static string Reason(this Outcome outcome) => outcome switch
    {
        Outcome.Delivered delivered => $"{delivered.Remote}: {delivered.Reason}",
        Outcome.Deferred deferred => deferred.Reason,
        Outcome.Failed failed => failed.Reason,
        _ => "",
    };
}

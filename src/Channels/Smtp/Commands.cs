using System.Globalization;
using System.Text;
using DirMail.Mail;
using DirMail.Store;
using DirMail.Transfer;

namespace DirMail.Channels.Smtp;

/// <summary>MAIL and RCPT as this server understands them: parameters of an extension only where it is offered.</summary>
internal sealed class Commands(Offers offers, Delivery delivery)
{
    private readonly QueuedMessage _message = delivery.Row.Message;

    public string Mail()
    {
        var command = new StringBuilder("MAIL FROM:<").Append(_message.Sender is { } sender ? Written(sender) : "").Append('>');
        if (offers.Size)
            command.Append(CultureInfo.InvariantCulture, $" SIZE={delivery.Content.Octets}");
        if (offers.EightBitMime && _message.Body == BodyType.EightBitMime)
            command.Append(" BODY=8BITMIME");
        else if (_message.Body == BodyType.BinaryMime)
            command.Append(" BODY=BINARYMIME");
        if (offers.Utf8 && _message.Utf8)
            command.Append(" SMTPUTF8");
        if (offers.Dsn && _message.Return is { } what)
            command.Append(what == ReturnContent.Full ? " RET=FULL" : " RET=HDRS");
        if (offers.Dsn && _message.EnvelopeId is { } id)
            command.Append(" ENVID=").Append(XText.Encode(id));
        AddWishes(command);
        return command.ToString();
    }

    private void AddWishes(StringBuilder command)
    {
        if (_message.Wishes.RequireTls)
            command.Append(" REQUIRETLS");
        if (offers.DeliverBy && _message.Wishes.By is { } by)
            command.Append(CultureInfo.InvariantCulture, $" BY={Math.Clamp((long)(by.Deadline - TimeProvider.System.GetUtcNow()).TotalSeconds, by.IsReturned ? 1 : -999_999_999, 999_999_999)};{(by.IsReturned ? 'R' : 'N')}{(by.IsTraced ? "T" : "")}");
        if (offers.Priority && _message.Wishes.Priority is { } priority)
            command.Append(CultureInfo.InvariantCulture, $" MT-PRIORITY={priority}");
    }

    /// <summary>Null: the address cannot be written to this server.</summary>
    public string? Rcpt(QueuedRecipient recipient)
    {
        if (recipient.Final.NeedsUtf8 && !offers.Utf8)
            return null;
        var command = new StringBuilder("RCPT TO:<").Append(Written(recipient.Final)).Append('>');
        if (offers.Dsn && recipient.Notify != Notify.Default)
            command.Append(" NOTIFY=").Append(Written(recipient.Notify));
        if (offers.Dsn && recipient.OriginalRecipient is { } original && original.IndexOf(';') is > 0 and var type)
            command.Append(" ORCPT=").Append(original, 0, type + 1).Append(XText.Encode(original[(type + 1)..]));
        return command.ToString();
    }

    /// <summary>Octets unchanged; only a domain in its own script is written in ASCII to a server that knows nothing else (RFC 5891 4.4).</summary>
    private string Written(MailAddress address) =>
        offers.Utf8 || Ascii.IsValid(address.Domain) ? address.ToString() : address.LocalPart + "@" + address.DomainKey;

    private static string Written(Notify notify)
    {
        if (notify == Notify.Never)
            return "NEVER";
        (Notify Flag, string Word)[] words = [(Notify.Success, "SUCCESS"), (Notify.Failure, "FAILURE"), (Notify.Delay, "DELAY")];
        return string.Join(',', words.Where(word => notify.HasFlag(word.Flag)).Select(static word => word.Word));
    }
}

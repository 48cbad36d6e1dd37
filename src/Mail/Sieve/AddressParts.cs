namespace DirMail.Mail.Sieve;

internal enum AddressPart
{
    All,
    LocalPart,
    Domain,

    /// <summary>Before the first + of the local part (RFC 5233).</summary>
    User,

    /// <summary>Behind it.</summary>
    Detail,
}

/// <summary>An address that is asked for one of its parts (RFC 5228 2.7.4).</summary>
/// <param name="Host">Empty: it has none, and is no address that could be told apart.</param>
internal readonly record struct AddressParts(string Mailbox, string Host)
{
    /// <summary>What separates user and detail.</summary>
    private const char Separator = '+';

    public static AddressParts Of(MailAddress address) => new(address.LocalPart, address.Domain);

    /// <summary>Null: it has no such part, and matches nothing.</summary>
    public string? Part(AddressPart part)
    {
        int plus = Mailbox.IndexOf(Separator, StringComparison.Ordinal);
        return part switch
        {
            AddressPart.All => Host.Length == 0 ? Mailbox : $"{Mailbox}@{Host}",
            _ when Host.Length == 0 => null,
            AddressPart.LocalPart => Mailbox,
            AddressPart.Domain => Host,
            AddressPart.User => plus < 0 ? Mailbox : Mailbox[..plus],
            _ => plus < 0 ? null : Mailbox[(plus + 1)..],
        };
    }
}

namespace DirMail.Store;

/// <summary>Forms in which other programs keep mail.</summary>
public enum MailFormat
{
    /// <summary>A file for each mailbox, messages after "From " lines, with one more '>' before lines that look like one (mboxrd).</summary>
    Mbox,

    /// <summary>A folder for each mailbox (Maildir++: ".Sent" beside cur, new and tmp), a file for each message, flags in its name.</summary>
    Maildir,
}

/// <summary>What an export or import moved.</summary>
/// <param name="Problems">What was left out, and why.</param>
public sealed record ExchangeReport(int Accounts, int Mailboxes, long Messages, long Octets, IReadOnlyList<string> Problems);

namespace DirMail.Servers.Imap;

/// <summary>What the client has switched on, by ENABLE (RFC 5161) or by using it. Never switched off again.</summary>
[Flags]
internal enum Extensions
{
    None = 0,

    /// <summary>RFC 7162: changes of flags are told with their MODSEQ.</summary>
    Condstore = 1,

    /// <summary>RFC 7162: expunged messages are told by UID (VANISHED), and changes of flags with their UID.</summary>
    Qresync = 2,

    /// <summary>RFC 6855: names of mailboxes are UTF-8, both ways.</summary>
    Utf8 = 4,

    /// <summary>RFC 9051: the same, SEARCH is answered with ESEARCH, nothing is said of \Recent, SELECT tells the mailbox's name.</summary>
    Rev2 = 8,
}

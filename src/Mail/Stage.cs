namespace DirMail.Mail;

/// <summary>How far an attempt at another server had come when it ended.</summary>
public enum Stage
{
    /// <summary>No other server had to do with it.</summary>
    None,

    /// <summary>Finding the servers in DNS.</summary>
    Lookup,

    /// <summary>Opening a connection, and the greeting.</summary>
    Connect,

    /// <summary>EHLO, and what it offers.</summary>
    Hello,
    Tls,
    Login,
    Mail,
    Rcpt,
    Data,

    /// <summary>The message itself, up to the reply to its end: it may have arrived.</summary>
    Content,
}

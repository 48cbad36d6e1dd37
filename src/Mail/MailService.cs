namespace DirMail.Mail;

/// <summary>What a client may be allowed to use. Whether the session is protected by TLS is said apart: a rule for the plain name matches both.</summary>
public enum MailService
{
    Imap,
    Pop,
    Smtp,
    Http,
}

namespace DirMail.Mail;

/// <summary>The states of domains, users and groups in the directory (SCHEMA 3.3). The first attribute of the ladder that is not active decides.</summary>
public enum MailStatus
{
    Active,
    Inactive,
    Disabled,
    Deleted,
    Removed,
    Hold,
    Overquota,
}

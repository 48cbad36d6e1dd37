namespace DirMail.Mail.Dkim;

/// <summary>How much a message may be changed on its way before the signature breaks (RFC 6376 3.4).</summary>
public enum Canonicalization
{
    Simple,
    Relaxed,
}

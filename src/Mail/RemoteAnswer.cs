namespace DirMail.Mail;

/// <summary>What another server answered, for programs that read reports (RFC 3464 2.3.5, 2.3.6).</summary>
/// <param name="Server">Its name, or its address in brackets.</param>
/// <param name="Text">The reply, its lines joined: "550 5.1.1 no such user".</param>
public sealed record RemoteAnswer(string Server, string Text);

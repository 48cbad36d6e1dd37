namespace DirMail.Store.Exchange;

/// <summary>A mailbox being written in another program's form.</summary>
internal interface IMailFolder : IAsyncDisposable
{
    Task AddAsync(MailboxEntry entry, MessageContent content, CancellationToken cancellationToken);
}

/// <summary>A message read from another program's form.</summary>
/// <param name="WriteAsync">Writes its octets, lines ended by CR LF; to be awaited before the next message is asked for.</param>
/// <param name="About">Flags and date, once its octets have been written.</param>
internal sealed record ForeignMessage(Func<ContentWriter, CancellationToken, Task> WriteAsync, Func<(MessageFlags Flags, DateTimeOffset? Date)> About);

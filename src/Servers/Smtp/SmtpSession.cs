using System.Net;
using System.Text;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Servers.Smtp.Checks;
using DirMail.Wire;

namespace DirMail.Servers.Smtp;

/// <summary>One dialogue: the loop and the state that the verbs share. Replies of pipelined commands leave together (RFC 2920).</summary>
internal sealed class SmtpSession(SmtpServices services, Connection connection) : IAsyncDisposable
{
    /// <summary>RFC 5321 4.5.3.1.4 asks for 512 and RFC 3461, 6531 for more: one bound for all.</summary>
    private const int MaxCommandOctets = 4096;

    /// <summary>RFC 4954 4: an AUTH answer may be so long.</summary>
    private const int MaxAuthOctets = 12288;
    private const int MaxUnsentOctets = 16 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: false);

    private readonly bool _isTrusted = TrustedNetwork.Includes(services, connection.Remote.Address);
    private IDisposable? _registration;
    private volatile Reply? _end;
    private readonly Tarpit _tarpit = new(services.Settings.Tarpit, services.Clock);
    private int _errors;
    private bool _isOver;

    public SmtpServices Services => services;
    public Connection Connection => connection;
    public IPAddress Client => connection.Remote.Address;

    /// <summary>Looked up from the connect on.</summary>
    public ReverseName ReverseName { get; } = Started(new(services.Dns, connection.Remote.Address));

    public string ServiceName => services.Role switch { SmtpRole.Submission => "submission", SmtpRole.Lmtp => "lmtp", SmtpRole.Local => "sendmail", _ => "smtp" };

    /// <summary>The name we have on the address the client came to: that domain's, or the host's.</summary>
    public string HostName => services.Live.Current.HostNameAt(connection.Local.Address, connection.ServerName);

    /// <summary>What the client calls itself; null before HELO and EHLO.</summary>
    public string? ClientName { get; private set; }

    public bool IsExtended { get; private set; }
    public MailUser? User { get; private set; }
    public SmtpTransaction? Transaction { get; private set; }

    /// <summary>The client is one of relay.trusted, and nobody has logged in: a login says more.</summary>
    public bool IsTrusted => User is null && _isTrusted;

    /// <summary>May relay: an own user's, or a trusted client's.</summary>
    public bool IsOurs => User is not null || _isTrusted;

    /// <summary>What the block lists say of the client, once they are asked.</summary>
    public Task<Reply?>? Listed { get; set; }

    /// <summary>Milters and rspamd, once they are asked.</summary>
    public Filters? Filters { get; set; }

    /// <summary>Set when the session shall end: nothing more is accepted.</summary>
    public Reply? EndReply => _end;

    public async Task RunAsync()
    {
        services.Trail.Connected(ServiceName, connection.Remote.ToString(), connection.Local.ToString());
        Metrics.SessionOpened(ServiceName);
        try
        {
            connection.Write($"220 {HostName} {(services.Role == SmtpRole.Lmtp ? "LMTP" : "ESMTP")} DirMail\r\n");
            while (!_isOver)
                await TurnAsync();
        }
        finally
        {
            await connection.FlushAsync(CancellationToken.None);
            Metrics.SessionClosed(ServiceName);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _registration?.Dispose();
        await EndTransactionAsync();
        if (Filters is { } filters)
            await filters.DisposeAsync();
    }

    /// <summary>Ends the session unasked, with that reply. Callable from any thread; during DATA it takes effect at the dot.</summary>
    public void End(Reply reply)
    {
        _end ??= reply;
        connection.Interrupt();
        _tarpit.End();
    }

    public void Send(Reply reply)
    {
        connection.Write(reply.ToString());
        connection.Write("\r\n"u8);
        Metrics.Replied(ServiceName, reply);
    }

    /// <summary>A reply to something that is no proper SMTP; after too many of them the session is closed.</summary>
    public void SendError(Reply reply)
    {
        Send(reply);
        Slow();
        if (++_errors >= services.Settings.MaxErrors)
            Close(Responses.TooManyErrors);
    }

    /// <summary>Refuses what was asked properly, and leaves a line in the trail.</summary>
    public void Refuse(Reply reply, string subject)
    {
        Send(reply);
        Slow();
        services.Trail.Refused(ServiceName, subject, Client.ToString(), reply.ToString());
    }

    /// <summary>Own users mistype, strangers guess: who is logged in is not slowed down.</summary>
    private void Slow()
    {
        if (User is null)
            _tarpit.Count();
    }

    public void Close(Reply reply)
    {
        Send(reply);
        _isOver = true;
    }

    /// <summary>The connection is gone or of no more use; no reply.</summary>
    public void Close() => _isOver = true;

    public ValueTask SayHelloAsync(string? name, bool isExtended)
    {
        ClientName = name;
        IsExtended = isExtended;
        return EndTransactionAsync();
    }

    /// <summary>Takes the octets of the open transaction's message.</summary>
    public IncomingMessage NewMessage() => new(services.Store, Transaction!, services.Settings.MaxMessageOctets)
    {
        Scan = services.Checks?.StartScan(this),
        Filter = new HeaderFilter(services.Role == SmtpRole.Lmtp ? static _ => false : services.Live.Current.IsOurName, removesBcc: User is not null || services.Role == SmtpRole.Local),
    };

    public void Begin(SmtpTransaction transaction) => Transaction = transaction;

    public async ValueTask EndTransactionAsync()
    {
        if (Transaction is { } transaction)
            await transaction.DisposeAsync();
        Transaction = null;
    }

    private static ReverseName Started(ReverseName name)
    {
        name.Start();
        return name;
    }

    /// <summary>From now on the session ends when the directory says so.</summary>
    public void LogIn(MailUser user)
    {
        User = user;
        _registration = services.Sessions.Add(new LoggedIn(user.Id, user.Domain, MailService.Smtp, connection.IsProtected, ReverseName), () => End(Responses.StateChanged));
    }

    /// <summary>RFC 3207 4.2: after STARTTLS nothing that was said before counts.</summary>
    public async ValueTask ForgetAsync()
    {
        await SayHelloAsync(null, false);
        _registration?.Dispose();
        (_registration, User) = (null, null);
    }

    /// <summary>One answer of an AUTH dialogue; null when the session is over.</summary>
    public async Task<ReadOnlyMemory<byte>?> ReadAnswerAsync()
    {
        Line line = await ReadLineAsync(MaxAuthOctets);
        switch (line.Status)
        {
            case LineStatus.Ok:
                return line.Octets;
            case LineStatus.TooLong or LineStatus.Malformed:
                return ReadOnlyMemory<byte>.Empty;
            default:
                EndBy(line.Status);
                return null;
        }
    }

    /// <summary>What ended the reading of a line or of content.</summary>
    public void EndBy(LineStatus status)
    {
        if (status == LineStatus.TimedOut)
            Close(Responses.TimedOut);
        else if (status == LineStatus.Closed)
            Close();
        else if (status == LineStatus.Interrupted && _end is { } reply)
            Close(reply);
    }

    private async Task TurnAsync()
    {
        Line line = await ReadLineAsync(MaxCommandOctets);
        switch (line.Status)
        {
            case LineStatus.Ok:
                await RunCommandAsync(StrictUtf8.GetString(line.Octets.Span));
                break;
            case LineStatus.TooLong or LineStatus.Malformed when Impostor.Is(line.Octets.Span):
                Close(Responses.BadSyntax);
                break;
            case LineStatus.TooLong:
                SendError(Responses.LineTooLong);
                break;
            case LineStatus.Malformed:
                SendError(Responses.UnknownCommand);
                break;
            default:
                EndBy(line.Status);
                break;
        }
        await _tarpit.WaitAsync();
        // told to end while a command ran: that command's answer was its last
        if (!_isOver && _end is { } reply)
            Close(reply);
    }

    /// <summary>One of the two places that catch: a bug ends this session only, and says nothing of itself outside.</summary>
    private async Task RunCommandAsync(string line)
    {
        int space = line.IndexOf(' ');
        ReadOnlySpan<char> verb = space < 0 ? line : line.AsSpan(0, space);
        if (SmtpCommand.Find(verb, services.Role) is not { } command)
        {
            if (Impostor.Is(line))
                Close(Responses.BadSyntax);
            else
                SendError(Responses.UnknownCommand);
            return;
        }
        if (!Has(command.Needs))
        {
            SendError(Responses.BadSequence);
            if (command.EndsGroup && connection.HasUnread)
                Close();
            return;
        }
        try
        {
            await command.RunAsync(this, space < 0 ? "" : line[(space + 1)..].Trim(' '));
        }
        catch (Exception bug)
        {
            Log.CommandFailed(services.Logger, bug, ServiceName, command.Verb);
            Metrics.CommandFailed(ServiceName);
            Close(Responses.InternalError);
        }
    }

    private bool Has(Needs needs) =>
        (!needs.HasFlag(Needs.Hello) || ClientName is not null)
        && (!needs.HasFlag(Needs.NoTransaction) || Transaction is null)
        && (!needs.HasFlag(Needs.Transaction) || Transaction is not null)
        && (!needs.HasFlag(Needs.Recipient) || Transaction is { Recipients.Count: > 0, IsChunked: false });

    /// <summary>Sends what was written only when no further command has arrived yet.</summary>
    private async ValueTask<Line> ReadLineAsync(int maxOctets)
    {
        if (connection.Output is { CanGetUnflushedBytes: true, UnflushedBytes: > MaxUnsentOctets })
            await connection.FlushAsync(CancellationToken.None);
        // a command under way is finished also while the server drains; End interrupts the wait for the next one
        ValueTask<Line> read = connection.ReadLineAsync(maxOctets, services.Settings.SmtpIdle, CancellationToken.None);
        if (!read.IsCompleted)
            await connection.FlushAsync(CancellationToken.None);
        return await read;
    }
}

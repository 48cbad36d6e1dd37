using System.Text;
using System.Text.Unicode;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Store;
using DirMail.Wire;

namespace DirMail.Servers.Pop3;

/// <summary>One client: the loop and the state. What commands do is in their own files.</summary>
internal sealed class Pop3Session(SessionServices services, MaildropLocks locks, Connection connection) : IAsyncDisposable
{
    /// <summary>RFC 2449 4 asks for 255; addresses alone may be longer. Longer lines are read over.</summary>
    private const int MaxLineOctets = 1024;

    /// <summary>An answer within AUTH: base64 of a name and a password.</summary>
    private const int MaxAuthOctets = 8192;

    // never disposed: End may still be called from other threads, and it holds no timer
    private readonly CancellationTokenSource _ending = new();
    private IDisposable? _registration;
    private string? _endReason;
    private int _errors;

    public SessionServices Services => services;

    public required LastLogins Logins { get; init; }

    public Connection Connection => connection;

    /// <summary>Looked up when a login asks for it.</summary>
    public ReverseName ReverseName { get; } = new(services.Dns, connection.Remote.Address);

    /// <summary>Of USER, until PASS has used it.</summary>
    public string? UserName { get; set; }

    /// <summary>Set by login.</summary>
    public Maildrop? Maildrop { get; private set; }

    /// <summary>Of the messages of <see cref="Maildrop"/>.</summary>
    public ReadAhead? Reading { get; private set; }

    /// <summary>A response was begun and not ended: after a failure now nothing can be said any more.</summary>
    public bool IsMidResponse { get; set; }

    /// <summary>Plain text is allowed only where nobody can listen (setting <c>plainLogin</c>).</summary>
    public bool MayLogIn => Maildrop is null && connection.MaySendPassword(services.Settings.PlainLogin);

    public bool MayStartTls => services.Certificates is not null && !connection.IsProtected && Maildrop is null;

    private string HostName => services.Live.Current.HostNameAt(connection.Local.Address, connection.ServerName);

    /// <summary>Ends the session at once, from any thread; marked messages stay (RFC 1939 6). A client in the middle of a message is cut off.</summary>
    public void End(string reason)
    {
        if (Interlocked.CompareExchange(ref _endReason, reason, null) is not null)
            return;
        _ending.Cancel();
        connection.Interrupt();
    }

    public async Task RunAsync()
    {
        services.Trail.Connected("pop3", connection.Remote.ToString(), connection.Local.ToString());
        try
        {
            connection.Write($"+OK {HostName} ready\r\n");
            await connection.FlushAsync(_ending.Token);
            while (await NextAsync(_ending.Token))
            {
            }
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // ended in the middle of a command
        }
    }

    /// <summary>Reads on in a dialogue of one command (AUTH).</summary>
    public ValueTask<Line> AskAsync(CancellationToken cancellationToken) => connection.ReadLineAsync(MaxAuthOctets, services.Settings.Pop3Idle, cancellationToken);

    /// <summary>Opens the user's maildrop for this session alone and ties the session to the user's state.</summary>
    public async Task<Answer> OpenAsync(MailUser user, VirtualDomain domain, CancellationToken cancellationToken)
    {
        if (!locks.TryEnter(user.Id))
            return Answer.Error($"[{Responses.MaildropInUse.Pop3Code}] {Responses.MaildropInUse.Text}");
        Maildrop? opened = null;
        try
        {
            Mailbox? inbox = await services.Store.Mailboxes.FindAsync(user.Id, "INBOX", cancellationToken);
            if (inbox is not null && await services.Store.Mailboxes.OpenAsync(inbox.Id, cancellationToken) is { } view)
                opened = new(user.Id, view, await services.Store.Mailboxes.FormerValiditiesAsync(inbox.Id, cancellationToken));
        }
        finally
        {
            if (opened is null)
                locks.Leave(user.Id);
        }
        if (opened is null)
            return Answer.Error("[SYS/TEMP] the maildrop cannot be opened now");
        Maildrop = opened;
        Reading = new(services.Store.Mailboxes, opened);
        var session = new LoggedIn(user.Id, domain.Id, MailService.Pop, connection.IsProtected, ReverseName);
        _registration = services.Sessions.Add(session, () => End(Responses.SessionEnded));
        return Answer.Ok($"{opened.Count} messages ({opened.Octets} octets)");
    }

    /// <summary>Lets another session have the maildrop; this one is nearly over.</summary>
    public void Leave()
    {
        _registration?.Dispose();
        _registration = null;
        if (Maildrop is { } open)
            locks.Leave(open.Account);
        (Maildrop, Reading) = (null, null);
    }

    public ValueTask DisposeAsync()
    {
        services.Logger.Ended(connection.Remote.Address, _endReason ?? "client left");
        Leave();
        return ValueTask.CompletedTask;
    }

    /// <summary>One command. False: the session is over.</summary>
    private async Task<bool> NextAsync(CancellationToken cancellationToken)
    {
        Line line = await connection.ReadLineAsync(MaxLineOctets, services.Settings.Pop3Idle, cancellationToken);
        return line.Status switch
        {
            LineStatus.Ok when Utf8.IsValid(line.Octets.Span) => await RunAsync(Encoding.UTF8.GetString(line.Octets.Span), cancellationToken),
            LineStatus.Ok => await FinishAsync(Answer.Bad("not UTF-8"), cancellationToken),
            LineStatus.TooLong => await FinishAsync(Answer.Bad("line too long"), cancellationToken),
            LineStatus.Malformed => await FinishAsync(Answer.Bad("bare CR, bare LF or NUL in a line"), cancellationToken),
            // an idle client is left without a word (RFC 1939 3)
            LineStatus.TimedOut => IsOver("idle too long"),
            LineStatus.Interrupted => _endReason is null,
            _ => false,
        };
    }

    private async Task<bool> RunAsync(string line, CancellationToken cancellationToken)
    {
        int blank = line.IndexOf(' ', StringComparison.Ordinal);
        string name = blank < 0 ? line : line[..blank], argument = blank < 0 ? "" : line[(blank + 1)..];
        Pop3Command? command = Pop3CommandTable.Find(name);
        Answer answer = command switch
        {
            null => Answer.Bad("command not recognized"),
            { Needs: Needs.Maildrop } when Maildrop is null => Answer.Bad("log in first"),
            { Needs: Needs.NoLogin } when Maildrop is not null => Answer.Bad("already logged in"),
            _ => await RunAsync(command, argument, cancellationToken),
        };
        Pop3Metrics.Answered(command?.Name ?? "other", answer.Kind);
        return await FinishAsync(answer, cancellationToken);
    }

    private async Task<Answer> RunAsync(Pop3Command command, string argument, CancellationToken cancellationToken)
    {
        try
        {
            return await command.Run(this, argument, cancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            services.Logger.CommandFailed(failure, command.Name, connection.Remote.Address);
            return IsMidResponse ? Answer.Closed : Answer.Error("[SYS/TEMP] internal error, try again later");
        }
    }

    private async Task<bool> FinishAsync(Answer answer, CancellationToken cancellationToken)
    {
        if (answer.Kind == AnswerKind.Closed)
        {
            connection.Abort();
            return false;
        }
        if (answer.Kind != AnswerKind.Written)
            connection.Write($"{(answer.Kind is AnswerKind.Ok or AnswerKind.LastOk ? "+OK" : "-ERR")} {answer.Text}\r\n");
        _errors += answer.Kind == AnswerKind.Bad ? 1 : 0;
        bool isTooMuch = _errors >= services.Settings.MaxErrors;
        if (isTooMuch)
        {
            services.Logger.TooManyErrors(connection.Remote.Address, _errors);
            connection.Write("-ERR too many errors, closing\r\n");
        }
        await connection.FlushAsync(cancellationToken);
        return !isTooMuch && answer.Kind is not (AnswerKind.LastOk or AnswerKind.LastError);
    }

    private bool IsOver(string reason)
    {
        Interlocked.CompareExchange(ref _endReason, reason, null);
        return false;
    }
}

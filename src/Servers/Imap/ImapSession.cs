using DirMail.Mail;
using DirMail.Routing;
using DirMail.Servers.Imap.Format;
using DirMail.Servers.Imap.Sharing;
using DirMail.Store;
using DirMail.Transfer;
using DirMail.Wire;

namespace DirMail.Servers.Imap;

/// <summary>One client's state, and what every command may do with it. <see cref="CommandLoop"/> runs the commands; what they do is in their own files.</summary>
internal sealed class ImapSession : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly CommandReader _reader;
    private IDisposable? _registration;
    private string? _endReason;
    private volatile bool _isIdling;
    private volatile bool _isOver;

    public ImapSession(SessionServices services, Connection connection)
    {
        Services = services;
        Connection = connection;
        ReverseName = new(services.Dns, connection.Remote.Address);
        Writer = new(connection.Output);
        _reader = new(connection, _ending.Token);
        Folders = new(this);
    }

    public SessionServices Services { get; }

    public Connection Connection { get; }

    /// <summary>Looked up when a login asks for it.</summary>
    public ReverseName ReverseName { get; }

    public ImapWriter Writer { get; private set; }

    public Mailboxes Mailboxes => Services.Store.Mailboxes;

    /// <summary>Those that the user reaches by name, his own and others'.</summary>
    public Folders Folders { get; }

    /// <summary>Set by login.</summary>
    public MailUser? User { get; set; }

    /// <summary>For logs.</summary>
    public string Name => User?.Uid ?? "(no login)";

    /// <summary>Owner of the mailboxes; only after login.</summary>
    public EntryId Account => User?.Id ?? throw new InvalidOperationException("no login");

    public SelectedMailbox? Selected { get; private set; }

    /// <summary>Of the command that is running.</summary>
    public string Tag { get; set; } = "*";

    /// <summary>The message that an APPEND brings and that was not read yet.</summary>
    public LiteralMark? PendingLiteral { get; set; }

    /// <summary>A response was begun and not ended: after a failure now, nothing can be said on this connection any more.</summary>
    public bool IsMidResponse { get; set; }

    public Extensions Enabled { get; private set; }

    public bool IsEnding => _ending.IsCancellationRequested;

    public TimeSpan IdleTime => User is null ? ImapLimits.LoginIdle : Services.Settings.ImapIdle;

    /// <summary>Plain text is allowed only where nobody can listen (setting <c>plainLogin</c>).</summary>
    public bool MayLogIn => Connection.MaySendPassword(Services.Settings.PlainLogin);

    public bool MayStartTls => Services.Certificates is not null && !Connection.IsProtected && User is null;

    /// <summary>Why the session shall end, or ended; null: it goes on, or the client left.</summary>
    public string? EndReason
    {
        get => _endReason;
        set => Interlocked.CompareExchange(ref _endReason, value, null);
    }

    /// <summary>Ends the session with BYE as soon as the command that runs is through; from any thread.</summary>
    public void End(string reason)
    {
        if (Interlocked.CompareExchange(ref _endReason, reason, null) is not null)
            return;
        _ending.Cancel();
        Connection.Interrupt();
        // A client that does not read cannot hold a session open that must end.
        _ = AbortLaterAsync();
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Metrics.SessionOpened("imap");
        Services.Trail.Connected("imap", Connection.Remote.ToString(), Connection.Local.ToString());
        Writer.Line($"* OK [CAPABILITY {Capabilities.Of(this)}] {HostName} ready");
        await Connection.FlushAsync(cancellationToken);
        await new CommandLoop(this, _reader).RunAsync(cancellationToken);
    }

    /// <summary>Ties the session to the user, from now until its end. False: the user has too many.</summary>
    public bool TryLogIn(MailUser user, VirtualDomain domain)
    {
        LoggedIn session = new(user.Id, domain.Id, MailService.Imap, Connection.IsProtected, ReverseName);
        _registration = Services.Sessions.TryAdd(session, ImapLimits.SessionsPerUser, () => End(Responses.SessionEnded));
        if (_registration is not null)
            User = user;
        return _registration is not null;
    }

    public void Select(SelectedMailbox? mailbox)
    {
        Selected?.Dispose();
        Selected = mailbox;
    }

    /// <summary>The store tells of a commit in the selected mailbox; from its thread.</summary>
    public void Wake()
    {
        if (_isIdling)
            Connection.Interrupt();
    }

    public void Enable(Extensions extensions)
    {
        Enabled |= extensions;
        Writer.Utf8Names = Has(Extensions.Utf8);
    }

    public bool Has(Extensions extension) => (Enabled & extension) != 0;

    /// <summary>Waits for the client's next line while changes are told as they happen (IDLE).</summary>
    public async ValueTask<Line> IdleLineAsync(CancellationToken cancellationToken)
    {
        _isIdling = true;
        try
        {
            while (true)
            {
                if (!await TellChangesAsync(mayExpunge: true, cancellationToken))
                    End("the mailbox was deleted");
                await Connection.FlushAsync(cancellationToken);
                Line line = await Connection.ReadLineAsync(ImapLimits.CommandOctets, IdleTime, cancellationToken);
                if (line.Status != LineStatus.Interrupted || IsEnding)
                    return line;
            }
        }
        finally
        {
            _isIdling = false;
        }
    }

    /// <summary>Reads on in a dialogue of one command (AUTHENTICATE).</summary>
    public async ValueTask<Line> LineAsync(CancellationToken cancellationToken)
    {
        Line line;
        do
            line = await Connection.ReadLineAsync(ImapLimits.CommandOctetsBeforeLogin, IdleTime, cancellationToken);
        while (line.Status == LineStatus.Interrupted && !IsEnding);
        return line;
    }

    /// <summary>Reads the literal that ends the command, and what stands on the line after it: that is the next message of an APPEND, and may end in a literal itself
    /// (<see cref="PendingLiteral"/>). A session that shall end does not wait for the rest.</summary>
    public async ValueTask<Line> ReadPendingAsync(Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> sink, CancellationToken cancellationToken)
    {
        LiteralMark mark = PendingLiteral!;
        PendingLiteral = null;
        LineStatus status;
        try
        {
            status = await _reader.CopyLiteralAsync(mark, sink, IdleTime, _ending.Token);
        }
        catch (OperationCanceledException) when (IsEnding)
        {
            return new(LineStatus.Interrupted, default);
        }
        if (status != LineStatus.Ok)
            return new(status, default);
        Line rest = await LineAsync(cancellationToken);
        if (rest.Status != LineStatus.Ok || LiteralMark.AtEndOf(rest.Octets.Span) is not { } next)
            return rest;
        PendingLiteral = next;
        return new(LineStatus.Ok, rest.Octets[..^next.MarkOctets]);
    }

    /// <summary>Sends what is written so far once it is worth it, at the client's pace. False: nobody takes it any more, or the session shall end.</summary>
    public async ValueTask<bool> FlushSomeAsync(CancellationToken cancellationToken)
    {
        if (Connection.Output.UnflushedBytes < ImapLimits.UnflushedOctets)
            return true;
        await Connection.FlushAsync(cancellationToken);
        return Connection.Output.UnflushedBytes == 0 && !IsEnding;
    }

    /// <summary>After STARTTLS the connection's buffers are others.</summary>
    public void RenewWriter() => Writer = new(Connection.Output) { Utf8Names = Writer.Utf8Names };

    /// <summary>Limits of the account as the directory has them now.</summary>
    public Quota Quota
    {
        get
        {
            RoutingTable table = Services.Live.Current;
            MailUser? now = table.FindUser(Account) ?? User;
            if (now is not null && table.FindDomain(now.Domain) is { } domain)
                return Local.Quota(now, domain);
            return new(now?.QuotaOctets, now?.QuotaMessages);
        }
    }

    public ValueTask DisposeAsync()
    {
        Services.Logger.Ended(Name, Connection.Remote.Address, _endReason ?? "client left");
        _isOver = true;
        Metrics.SessionClosed("imap");
        Select(null);
        _registration?.Dispose();
        // _ending is not disposed: End may still be called, and it holds no timer.
        return ValueTask.CompletedTask;
    }

    private string HostName => Services.Live.Current.HostNameAt(Connection.Local.Address, Connection.ServerName);

    /// <summary>Tells what changed in the selected mailbox, if the store spoke of a change. False: the mailbox is gone.</summary>
    public async Task<bool> TellChangesAsync(bool mayExpunge, CancellationToken cancellationToken)
    {
        if (Selected is not { } box)
            return true;
        if (box.Folder.Reader is not null && !await Updates.SendRightsAsync(this, box, cancellationToken))
            return false;
        if (!box.IsBehind)
        {
            if (mayExpunge)
                Updates.SendExpunged(this, box);
            return true;
        }
        try
        {
            return await Updates.SendAsync(this, mayExpunge, cancellationToken);
        }
        catch (IOException exception)
        {
            // they are told with the next command
            Services.Logger.StoreFailed(exception, Name, "telling changes");
            return true;
        }
    }

    private async Task AbortLaterAsync()
    {
        await Task.Delay(ImapLimits.FarewellTime, Services.Clock, CancellationToken.None);
        if (!_isOver)
            Connection.Abort();
    }
}

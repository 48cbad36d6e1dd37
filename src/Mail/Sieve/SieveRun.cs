using System.Collections.Immutable;

namespace DirMail.Mail.Sieve;

/// <summary>One script over one message for one recipient: what was decided so far, and what may still be spent.</summary>
internal sealed class SieveRun(SieveMessage message, MailAddress recipient)
{
    private readonly List<SieveFiling> _filings = [];
    private readonly List<MailAddress> _redirects = [];
    private long _steps = SieveLimits.MostSteps;
    private bool _isStopped, _isKeptUnsaid = true, _isDecided;
    private string? _rejection, _fault;
    private SieveVacation? _vacation;

    public SieveMessage Message => message;

    /// <summary>Of the envelope: the address whose mail this is (RFC 5228 5.4).</summary>
    public MailAddress Recipient => recipient;

    /// <summary>The internal variable of RFC 5232.</summary>
    public ImmutableArray<string> Flags { get; private set; } = [];

    public Variables Variables { get; } = new();

    public bool IsRunning => !_isStopped;

    public void Run(ImmutableArray<Command> block)
    {
        foreach (Command command in block)
        {
            if (_isStopped || !Spend(1))
                return;
            command.Run(this);
        }
    }

    public void Stop() => _isStopped = true;

    /// <summary>Counts characters looked at; false, and the run is broken off, when they are too many.</summary>
    public bool Spend(long characters)
    {
        _steps -= characters;
        if (_steps < 0)
            Fail("it takes too long");
        return !_isStopped;
    }

    /// <param name="variable">Null: the internal one.</param>
    public ImmutableArray<string> FlagsOf(string? variable) => variable is null ? Flags : MessageFlagNames.Each([Variables.Value(variable)]);

    public void SetFlags(string? variable, ImmutableArray<string> flags)
    {
        if (variable is null)
            Flags = flags;
        else
            Set(variable, string.Join(' ', flags));
    }

    public void Set(string variable, string value)
    {
        if (!Variables.TrySet(variable, value))
            Fail("it sets too many variables");
    }

    public void Discard() => Decide(cancels: true);

    /// <param name="mailbox">Null: keep.</param>
    public void File(string? mailbox, ImmutableArray<string> flags, bool isCopy)
    {
        if (_rejection is not null)
            Fail("a message that was rejected is kept");
        else if (!_filings.Exists(filing => filing.Mailbox == mailbox))
            _filings.Add(new(mailbox, flags));
        if (_filings.Count > SieveLimits.MostFilings)
            Fail($"it goes into more than {SieveLimits.MostFilings} mailboxes");
        Decide(cancels: !isCopy);
    }

    public void Redirect(MailAddress address, bool isCopy)
    {
        if (_rejection is not null)
            Fail("a message that was rejected is redirected");
        else if (!_redirects.Exists(known => known.IsSameAs(address)))
            _redirects.Add(address);
        if (_redirects.Count > SieveLimits.MostRedirects)
            Fail($"it goes on to more than {SieveLimits.MostRedirects} addresses");
        Decide(cancels: !isCopy);
    }

    /// <summary>Once (RFC 5230 4.7), and not for what is rejected.</summary>
    public void Answer(SieveVacation vacation)
    {
        if (_rejection is not null || _vacation is not null)
            Fail("a message that was rejected or answered is answered");
        _vacation = vacation;
        Decide(cancels: false);
    }

    /// <summary>Goes with no other action but discard (RFC 5429 2.4).</summary>
    public void Reject(string reason)
    {
        if (_rejection is not null || _vacation is not null || _filings.Count + _redirects.Count > 0)
            Fail("a message that was kept, redirected, answered or rejected is rejected");
        _rejection = reason;
        Decide(cancels: true);
    }

    /// <summary>Breaks the run off: the message is kept.</summary>
    public void Fail(string reason)
    {
        _fault ??= reason;
        _isStopped = true;
    }

    public SieveResult End()
    {
        if (_fault is not null)
            return SieveResult.Kept with { Fault = _fault };
        if (_isKeptUnsaid && !_filings.Exists(static filing => filing.Mailbox is null))
            _filings.Add(new(null, Flags));
        return new() { Filings = [.. _filings], Redirects = [.. _redirects], Rejection = _rejection, Vacation = _vacation, IsDecided = _isDecided };
    }

    private void Decide(bool cancels)
    {
        _isDecided = true;
        _isKeptUnsaid &= !cancels;
    }
}

using DirMail.Servers.Imap.Grammar;
using DirMail.Wire;

namespace DirMail.Servers.Imap;

/// <summary>The loop of one session: takes a command, checks that it may run, runs it, tells what changed meanwhile, and answers.</summary>
internal sealed class CommandLoop(ImapSession session, CommandReader reader)
{
    /// <summary>In a row.</summary>
    private int _errors;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (await NextAsync(cancellationToken))
        {
        }
    }

    /// <summary>One command. False: the session is over.</summary>
    private async Task<bool> NextAsync(CancellationToken cancellationToken)
    {
        if (session.IsEnding)
            return await ByeAsync(session.EndReason!, cancellationToken);
        int most = session.User is null ? ImapLimits.CommandOctetsBeforeLogin : ImapLimits.CommandOctets;
        RawCommand raw = await reader.ReadAsync(most, session.IdleTime, cancellationToken);
        switch (raw.Status)
        {
            case LineStatus.Ok:
                return await RunAsync(raw, cancellationToken);
            case LineStatus.TooLong:
                return await FinishAsync("*", Completion.Bad("[TOOBIG] command too long"), cancellationToken);
            case LineStatus.Malformed:
                return await FinishAsync("*", Completion.Bad("bare CR, bare LF or NUL in a command"), cancellationToken);
            case LineStatus.TimedOut:
                return await ByeAsync("idle too long", cancellationToken);
            case LineStatus.Interrupted:
                return true;
            default:
                return false;
        }
    }

    private async Task<bool> RunAsync(RawCommand raw, CancellationToken cancellationToken)
    {
        ImapReader arguments = new(raw.Text) { Utf8Names = session.Has(Extensions.Utf8) };
        string tag = arguments.Tag();
        if (!arguments.Ok)
            return await FinishAsync("*", Completion.Bad("expected a tag and a command"), cancellationToken);
        session.Tag = tag;
        session.PendingLiteral = raw.Pending;
        arguments.Space();
        string name = arguments.Word();
        if (name == "UID" && arguments.Space())
            name = $"UID {arguments.Word()}";
        ImapCommand? command = ImapCommandTable.Find(name);
        Completion completion = Check(arguments, command) ?? await RunAsync(command!, arguments, cancellationToken);
        ImapMetrics.Command(command?.Name ?? "other", completion.Kind);
        if (completion.Kind is CompletionKind.Closed or CompletionKind.Answered)
            return completion.Kind == CompletionKind.Answered;
        await DropPendingAsync(command is { TakesMessage: true }, cancellationToken);
        if (completion.Kind != CompletionKind.Bad && command!.Effect != Effect.Silent && !await session.TellChangesAsync(command.Effect == Effect.MayExpunge, cancellationToken))
            session.End("the mailbox was deleted");
        return await FinishAsync(tag, completion, cancellationToken);
    }

    /// <summary>Refused literals that the client sends all the same are read over, if they are messages and small: what else came is not known any more.</summary>
    private async Task DropPendingAsync(bool isMessage, CancellationToken cancellationToken)
    {
        while (session.PendingLiteral is { ClientWaits: false } literal)
        {
            if (literal.IsTooLargeUnasked || !isMessage)
            {
                session.End("literal refused; send long ones as {n}, without +");
                break;
            }
            await session.ReadPendingAsync(static (_, _) => ValueTask.CompletedTask, cancellationToken);
        }
        session.PendingLiteral = null;
    }

    /// <summary>Null: the command may run.</summary>
    private Completion? Check(ImapReader arguments, ImapCommand? command)
    {
        if (!arguments.Ok || command is null)
            return Completion.Bad(arguments.Error ?? "command not known");
        if (session.PendingLiteral is { IsTooLargeUnasked: true } || session.PendingLiteral is not null && !command.TakesMessage)
            return Completion.Bad("[TOOBIG] literal too large");
        return command.Needs switch
        {
            Needs.NoLogin when session.User is not null => Completion.Bad("already logged in"),
            Needs.Login or Needs.Mailbox when session.User is null => Completion.Bad("log in first"),
            Needs.Mailbox when session.Selected is null => Completion.Bad("select a mailbox first"),
            _ => null,
        };
    }

    private async Task<Completion> RunAsync(ImapCommand command, ImapReader arguments, CancellationToken cancellationToken)
    {
        try
        {
            // Numbers mean what the client was told; flags and new messages are better told before than after.
            if (command.Needs == Needs.Mailbox && !await session.TellChangesAsync(mayExpunge: false, cancellationToken))
                return Completion.No("[NONEXISTENT] the mailbox was deleted");
            return await command.Run(session, arguments, cancellationToken);
        }
        catch (IOException exception)
        {
            session.Services.Logger.StoreFailed(exception, session.Name, command.Name);
            return session.IsMidResponse ? Completion.Closed : Completion.StoreUnavailable;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Metrics.CommandFailed("imap");
            session.Services.Logger.CommandFailed(exception, session.Name, command.Name);
            return session.IsMidResponse ? Completion.Closed : Completion.No("[SERVERBUG] internal error");
        }
    }

    private async Task<bool> FinishAsync(string tag, Completion completion, CancellationToken cancellationToken)
    {
        session.Writer.Ascii(tag);
        session.Writer.Ascii(completion.Kind switch { CompletionKind.Ok => " OK ", CompletionKind.No => " NO ", _ => " BAD " });
        session.Writer.Line(completion.Text);
        // Before login, refusals count too: they are wrong passwords.
        _errors = completion.Kind == CompletionKind.Bad || completion.Kind == CompletionKind.No && session.User is null ? _errors + 1 : 0;
        if (_errors >= session.Services.Settings.MaxErrors)
        {
            session.Services.Logger.TooManyErrors(session.Connection.Remote.Address, _errors);
            return await ByeAsync("too many errors", cancellationToken);
        }
        await session.Connection.FlushAsync(cancellationToken);
        return true;
    }

    private async Task<bool> ByeAsync(string reason, CancellationToken cancellationToken)
    {
        session.EndReason = reason;
        session.Writer.Line($"* BYE {reason}");
        await session.Connection.FlushAsync(cancellationToken);
        return false;
    }
}

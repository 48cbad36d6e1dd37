using DirMail.Servers.Imap.Grammar;

namespace DirMail.Servers.Imap;

/// <summary>What the session must have for a command (RFC 9051 3).</summary>
internal enum Needs
{
    Nothing,

    /// <summary>Not logged in yet.</summary>
    NoLogin,
    Login,

    /// <summary>A selected mailbox.</summary>
    Mailbox,
}

/// <summary>What may be told of the selected mailbox when the command ends (RFC 9051 5.5, 7.5.1).</summary>
internal enum Effect
{
    /// <summary>Nothing: the command has no mailbox, or changes it.</summary>
    Silent,

    /// <summary>Everything; sequence numbers may shift.</summary>
    MayExpunge,

    /// <summary>No EXPUNGE: the client's next command in flight counts with the numbers it knows.</summary>
    UsesSequenceNumbers,
}

/// <summary>Runs a command whose arguments are still to be read; what it returns is the tagged response.</summary>
internal delegate Task<Completion> CommandRunner(ImapSession session, ImapReader arguments, CancellationToken cancellationToken);

/// <summary>A row of <see cref="ImapCommandTable"/>.</summary>
/// <param name="Name">As it is sent; "UID FETCH" is a command of its own.</param>
internal sealed record ImapCommand(string Name, Needs Needs, Effect Effect, CommandRunner Run)
{
    /// <summary>A message comes as a literal at its end, which it reads itself.</summary>
    public bool TakesMessage { get; init; }

    /// <summary>Announced because this command is there; several are parted by a blank.</summary>
    public string? Capability { get; init; }
}

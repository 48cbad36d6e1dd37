using System.Collections.Immutable;

namespace DirMail.Mail.Sieve;

/// <summary>A command that was found sound: what it does in a run.</summary>
internal abstract record Command
{
    private Command() { }

    public abstract void Run(SieveRun run);

    /// <summary>The first branch whose test holds; else is a branch that always does.</summary>
    public sealed record If(ImmutableArray<(Test Test, ImmutableArray<Command> Block)> Branches) : Command
    {
        public override void Run(SieveRun run)
        {
            foreach ((Test test, ImmutableArray<Command> block) in Branches)
                if (run.Spend(1) && test.Holds(run))
                {
                    run.Run(block);
                    return;
                }
        }
    }

    public sealed record Stop : Command
    {
        public override void Run(SieveRun run) => run.Stop();
    }

    public sealed record Discard : Command
    {
        public override void Run(SieveRun run) => run.Discard();
    }

    /// <param name="Mailbox">Null: keep.</param>
    /// <param name="Flags">Null: those of the run.</param>
    /// <param name="IsCopy">The message is kept besides (RFC 3894).</param>
    public sealed record File(string? Mailbox, ImmutableArray<string>? Flags, bool IsCopy) : Command
    {
        public override void Run(SieveRun run) => run.File(Mailbox, Flags ?? run.Flags, IsCopy);
    }

    public sealed record Redirect(MailAddress Address, bool IsCopy) : Command
    {
        public override void Run(SieveRun run) => run.Redirect(Address, IsCopy);
    }

    public sealed record Reject(string Reason) : Command
    {
        public override void Run(SieveRun run) => run.Reject(Reason);
    }

    public sealed record SetFlags(ImmutableArray<string> Flags) : Command
    {
        public override void Run(SieveRun run) => run.Flags = Flags;
    }

    public sealed record AddFlags(ImmutableArray<string> Flags) : Command
    {
        public override void Run(SieveRun run) => run.Flags = MessageFlagNames.Each(run.Flags.Concat(Flags));
    }

    public sealed record RemoveFlags(ImmutableArray<string> Flags) : Command
    {
        public override void Run(SieveRun run) => run.Flags = run.Flags.RemoveAll(flag => Flags.Contains(flag, StringComparer.OrdinalIgnoreCase));
    }
}

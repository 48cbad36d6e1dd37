using System.Collections.Immutable;
using DirMail.Mail.Mime;

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
    public sealed record File(Template? Mailbox, ImmutableArray<Template>? Flags, bool IsCopy) : Command
    {
        public override void Run(SieveRun run) => run.File(Mailbox?.In(run), Flags is { } flags ? MessageFlagNames.Each(Template.In(flags, run)) : run.Flags, IsCopy);
    }

    public sealed record Redirect(Template Address, bool IsCopy) : Command
    {
        public override void Run(SieveRun run)
        {
            if (MailAddress.TryParse(Address.In(run), out MailAddress address))
                run.Redirect(address, IsCopy);
            else
                run.Fail("it redirects to what is no mail address");
        }
    }

    public sealed record Reject(Template Reason) : Command
    {
        public override void Run(SieveRun run) => run.Reject(Reason.In(run));
    }

    /// <param name="Addresses">What of it is none is left out.</param>
    public sealed record Vacation(Template Reason, int Days, Template? Subject, Template? From, ImmutableArray<Template> Addresses, Template? Name) : Command
    {
        public override void Run(SieveRun run) => run.Answer(new(Reason.In(run), Days, Subject?.In(run), Addressed(From is null ? [] : [From.In(run)]) is [var from, ..] ? from : null, Addressed(Template.In(Addresses, run))) { Name = Name?.In(run) });

        private static ImmutableArray<MailAddress> Addressed(ImmutableArray<string> texts) =>
            [.. texts.SelectMany(static text => AddressList.Parse(text)).Select(static a => MailAddress.TryParse($"{a.Mailbox}@{a.Host}", out MailAddress address) ? address : (MailAddress?)null).OfType<MailAddress>()];
    }

    public sealed record Set(string Variable, Template Value, ImmutableArray<Modifier> Modifiers) : Command
    {
        public override void Run(SieveRun run) => run.Set(Variable, Modifiers.Aggregate(Value.In(run), static (text, modifier) => modifier.Change(text)));
    }

    /// <summary>setflag, addflag and removeflag (RFC 5232).</summary>
    /// <param name="Variable">Null: the internal one.</param>
    public sealed record ChangeFlags(FlagChange Change, string? Variable, ImmutableArray<Template> Flags) : Command
    {
        public override void Run(SieveRun run)
        {
            ImmutableArray<string> named = MessageFlagNames.Each(Template.In(Flags, run)), before = run.FlagsOf(Variable);
            run.SetFlags(Variable, Change switch
            {
                FlagChange.Set => named,
                FlagChange.Add => MessageFlagNames.Each(before.Concat(named)),
                _ => before.RemoveAll(flag => named.Contains(flag, StringComparer.OrdinalIgnoreCase)),
            });
        }
    }
}

internal enum FlagChange
{
    Set,
    Add,
    Remove,
}

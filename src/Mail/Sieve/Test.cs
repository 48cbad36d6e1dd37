using System.Collections.Immutable;

namespace DirMail.Mail.Sieve;

/// <summary>A test that was found sound.</summary>
internal abstract record Test
{
    private Test() { }

    public abstract bool Holds(SieveRun run);

    public sealed record Constant(bool Value) : Test
    {
        public override bool Holds(SieveRun run) => Value;
    }

    public sealed record Not(Test Of) : Test
    {
        public override bool Holds(SieveRun run) => !Of.Holds(run);
    }

    public sealed record All(ImmutableArray<Test> Of) : Test
    {
        public override bool Holds(SieveRun run) => Of.All(test => run.Spend(1) && test.Holds(run));
    }

    public sealed record Any(ImmutableArray<Test> Of) : Test
    {
        public override bool Holds(SieveRun run) => Of.Any(test => run.Spend(1) && test.Holds(run));
    }

    public sealed record Exists(ImmutableArray<Template> Fields) : Test
    {
        public override bool Holds(SieveRun run) => Fields.All(field => run.Spend(1) && run.Message.Values(field.In(run)).Count > 0);
    }

    public sealed record Size(bool IsOver, long Octets) : Test
    {
        public override bool Holds(SieveRun run) => IsOver ? run.Message.Octets > Octets : run.Message.Octets < Octets;
    }

    public sealed record Header(ImmutableArray<Template> Fields, Comparison Comparison) : Test
    {
        public override bool Holds(SieveRun run) => Comparison.AnyFits(run, [.. Template.In(Fields, run).SelectMany(run.Message.Values)]);
    }

    public sealed record Address(ImmutableArray<Template> Fields, AddressPart Part, Comparison Comparison) : Test
    {
        public override bool Holds(SieveRun run) => Comparison.AnyFits(run, [.. Template.In(Fields, run).SelectMany(run.Message.Addresses).Select(address => address.Part(Part)).OfType<string>()]);
    }

    /// <param name="IsOfSender">"from", else "to".</param>
    public sealed record Envelope(ImmutableArray<bool> IsOfSender, AddressPart Part, Comparison Comparison) : Test
    {
        public override bool Holds(SieveRun run) => Comparison.AnyFits(run, [.. IsOfSender.Select(isOfSender => Value(run, isOfSender)).OfType<string>()]);

        /// <summary>Every part of the null sender is empty (RFC 5228 5.4).</summary>
        private string? Value(SieveRun run, bool isOfSender) =>
            (isOfSender ? run.Message.Sender : run.Recipient) is { } address ? AddressParts.Of(address).Part(Part) : "";
    }

    /// <summary>Of texts that count, the empty ones do not (RFC 5229 5).</summary>
    public sealed record String(ImmutableArray<Template> Texts, Comparison Comparison) : Test
    {
        public override bool Holds(SieveRun run) => Comparison.AnyFits(run, [.. Template.In(Texts, run).Where(text => !Comparison.Counts || text.Length > 0)]);
    }

    /// <param name="Variables">None: the internal one.</param>
    public sealed record HasFlag(ImmutableArray<string> Variables, Comparison Comparison) : Test
    {
        public override bool Holds(SieveRun run) => Comparison.AnyWordFits(run, Variables.IsEmpty ? run.Flags : [.. Variables.SelectMany(name => run.FlagsOf(name))]);
    }
}

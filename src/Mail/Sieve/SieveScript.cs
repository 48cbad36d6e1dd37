using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace DirMail.Mail.Sieve;

/// <summary>
/// A mail filter (RFC 5228) ready to run. It may come in several values, each a script with its own require: one after the other they are one script. A comment
/// "# $Rule Info: Order=n" says which is first; 0 switches its value off; those without an order, or with one below 0, follow in the order in which they came.
/// Immutable; two of the same text are equal.
/// </summary>
public sealed partial class SieveScript : IEquatable<SieveScript>
{
    private readonly ImmutableArray<string> _values;
    private readonly ImmutableArray<Command> _commands;

    private SieveScript(ImmutableArray<string> values, ImmutableArray<Command> commands) => (_values, _commands) = (values, commands);

    /// <summary>Null, with the fault: it cannot be run, not even in part. Null without one: there is nothing to run.</summary>
    public static SieveScript? Compile(IReadOnlyList<string> values, out SieveFault? fault)
    {
        fault = null;
        if (values.Sum(static value => (long)value.Length) > SieveLimits.MostCharacters)
        {
            fault = new(1, $"more than {SieveLimits.MostCharacters} characters");
            return null;
        }
        ImmutableArray<string> ordered = [.. values.Where(static value => Order(value) != 0).OrderBy(static value => Order(value) is > 0 and var order ? order : long.MaxValue)];
        ImmutableArray<Command>.Builder commands = ImmutableArray.CreateBuilder<Command>();
        foreach (string value in ordered)
        {
            commands.AddRange(PieceChecker.Check(value, out fault));
            if (fault is null)
                continue;
            if (values.Count > 1)
                fault = fault with { Reason = $"{fault.Reason}, in the value that begins {SieveFault.Quote(value)}" };
            return null;
        }
        return ordered.IsEmpty ? null : new(ordered, commands.DrainToImmutable());
    }

    /// <summary>Pure, bounded (<see cref="SieveLimits"/>), never throws for what a message says.</summary>
    /// <param name="recipient">Of the envelope: the address that led here.</param>
    public SieveResult Run(SieveMessage message, MailAddress recipient)
    {
        var run = new SieveRun(message, recipient);
        run.Run(_commands);
        return run.End();
    }

    public bool Equals(SieveScript? other) => other is not null && (ReferenceEquals(this, other) || _values.AsSpan().SequenceEqual(other._values.AsSpan()));

    public override bool Equals(object? obj) => Equals(obj as SieveScript);

    public override int GetHashCode() => string.GetHashCode(_values[0], StringComparison.Ordinal);

    private static long? Order(string value) =>
        Rule().Match(value) is { Success: true } rule && long.TryParse(rule.Groups[1].ValueSpan, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long order) ? order : null;

    [GeneratedRegex(@"^[ \t]*#[ \t]*\$?Rule(?: Info)?:[^\n]*\$?Order=\(?(-?[0-9]{1,9})", RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Rule();
}

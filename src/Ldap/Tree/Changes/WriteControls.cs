using DirMail.Ldap.Tree.Access;

namespace DirMail.Ldap.Tree.Changes;

/// <summary>What a client asks of a write besides itself. Null: not asked.</summary>
public sealed record WriteControls
{
    public static WriteControls None { get; } = new();

    /// <summary>The write is made only if its entry matches (RFC 4528); one to be added is looked at as it would be.</summary>
    public LdapFilter? Assertion { get; init; }

    /// <summary>Attributes to be told as they were before (RFC 4527).</summary>
    public IReadOnlyList<string>? Before { get; init; }

    /// <summary>The same after it.</summary>
    public IReadOnlyList<string>? After { get; init; }
}

/// <summary>How a write ended, with the entry before and after it where that was asked for and may be read.</summary>
public sealed record WriteResult(LdapResult Result, LdapEntry? Before = null, LdapEntry? After = null);

/// <summary>One write with its controls: they are looked at in the same step that makes it, so that no other write comes between.</summary>
internal sealed class ControlledWrite(WriteControls controls, Func<WriteContext, WriteOutcome> stage)
{
    private static readonly LdapResult s_failed = new(LdapResultCode.AssertionFailed, "", "the entry does not match the assertion");

    private LdapEntry? _before, _after;

    public WriteOutcome Stage(WriteContext context)
    {
        WriteOutcome outcome = stage(context);
        if (outcome is not WriteOutcome.Staged { Changes: [TreeChange change, ..] } staged)
            return outcome;
        if (controls.Assertion is not null && !Holds(controls.Assertion, change.Before ?? change.After!, context))
            return new WriteOutcome.Refused(s_failed);
        _before = change.Before is null ? null : Shown(controls.Before, change.Before, context.Before, context);
        _after = change.After is null ? null : Shown(controls.After, change.After, staged.After, context);
        return outcome;
    }

    public WriteResult Ended(LdapResult result) => result.IsSuccess ? new(result, _before, _after) : new(result);

    private static bool Holds(LdapFilter filter, TreeEntry entry, WriteContext context) =>
        FilterMatch.Test(filter, entry, context.Schema, (e, type, value) => context.Access.May(AccessRight.Search, e, type, value)) == true;

    private static LdapEntry? Shown(IReadOnlyList<string>? wanted, TreeEntry entry, TreeSnapshot state, WriteContext context) =>
        wanted is null || !context.Access.May(AccessRight.Read, entry, AccessCheck.Entry) ? null
            : new AttributeSelection(wanted, context.Schema).Of(entry, entry.Attributes.Concat(ComputedAttributes.Of(entry, state, context.Schema)), context.Access);
}

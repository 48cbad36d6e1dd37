namespace DirMail.Store;

/// <summary>Flags that may be changed; the others stay as they are.</summary>
public readonly record struct FlagScope(SystemFlags System, bool Keywords)
{
    public static FlagScope All { get; } = new(~SystemFlags.None, true);

    public FlagScope Without(SystemFlags flags) => this with { System = System & ~flags };

    /// <summary>What becomes of <paramref name="before"/> when it is to be <paramref name="after"/>.</summary>
    public MessageFlags Limit(MessageFlags before, MessageFlags after) =>
        new((before.System & ~System) | (after.System & System), Keywords ? after.Keywords : before.Keywords);
}

using System.Collections.Immutable;

namespace DirMail.Routing.Table;

/// <summary>
/// Who claims an address or a uid of a domain: one entry, or several, and then none of them has it. An entry is itself the claim to what it is known by
/// (<see cref="IClaims.OwnKey"/>): nearly every claim is of that kind and costs nothing.
/// </summary>
internal abstract record Claim
{
    /// <summary>What is claimed; an entry that is itself the claim to its first address has that one's local key here, or null. In every claim, for every recipient is compared with it.</summary>
    public string? KnownBy { get; private protected init; }

    public abstract ImmutableArray<Row> Holders { get; }

    /// <summary>Null when several claim it.</summary>
    public abstract Row? Sole { get; }

    public static Claim Of<TClaims>(string key, ImmutableArray<Row> holders) where TClaims : IClaims =>
        holders is not [var sole] ? new Rivals(key, holders) : Of<TClaims>(key, sole);

    public static Claim Of<TClaims>(string key, Row sole) where TClaims : IClaims => TClaims.OwnKey(sole) == key ? sole : new OtherKey(key, sole);
}

/// <summary>An entry under a key that is not its own: another address of it. Straight to the entry, for each step on the way may be one to memory.</summary>
internal sealed record OtherKey : Claim
{
    private readonly Row _holder;

    public OtherKey(string key, Row holder) => (KnownBy, _holder) = (key, holder);

    public override ImmutableArray<Row> Holders => [_holder];
    public override Row? Sole => _holder;
}

/// <summary>Several entries, of which none has it.</summary>
internal sealed record Rivals : Claim
{
    private readonly ImmutableArray<Row> _holders;

    public Rivals(string key, ImmutableArray<Row> holders) => (KnownBy, _holders) = (key, holders);

    public override ImmutableArray<Row> Holders => _holders;
    public override Row? Sole => null;
}

/// <summary>How claims of one kind are known.</summary>
internal interface IClaims : IKeyed<string, Claim>
{
    /// <summary>What the entry itself is known by; null: by nothing of the kind.</summary>
    static abstract string? OwnKey(Row row);
}

/// <summary>An entry is known by its first address.</summary>
internal readonly struct ByAddress : IClaims
{
    public static string? OwnKey(Row row) => row.KnownBy;
    public static string KeyOf(Claim item) => item.KnownBy!;
    public static bool Same(string left, string right) => left == right;
    public static int HashOf(string key) => key.GetHashCode(StringComparison.Ordinal);
}

internal readonly struct ByUid : IClaims
{
    public static string? OwnKey(Row row) => row is UserRow { User.Uid: { Length: > 0 } uid } ? uid.ToLowerInvariant() : null;
    public static string KeyOf(Claim item) => item is Row row ? OwnKey(row)! : item.KnownBy!;
    public static bool Same(string left, string right) => left == right;
    public static int HashOf(string key) => key.GetHashCode(StringComparison.Ordinal);
}

using System.Collections.Immutable;

namespace DirMail.Routing.Table;

/// <summary>
/// Who claims an address or a uid of a domain: one entry, or several, and then none of them has it. An entry is itself the claim to what it is known by
/// (<see cref="IClaims.OwnKey"/>): nearly every claim is of that kind and costs nothing.
/// </summary>
internal abstract record Claim
{
    public abstract ImmutableArray<Row> Holders { get; }

    /// <summary>Null when several claim it.</summary>
    public abstract Row? Sole { get; }

    public static Claim Of<TClaims>(string key, ImmutableArray<Row> holders) where TClaims : IClaims =>
        holders is [var sole] && TClaims.OwnKey(sole) == key ? sole : new OtherClaim(key, holders);
}

internal sealed record OtherClaim(string Key, ImmutableArray<Row> Claimants) : Claim
{
    public override ImmutableArray<Row> Holders => Claimants;
    public override Row? Sole => Claimants is [var sole] ? sole : null;
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
    public static string? OwnKey(Row row) => row.AddressKey;
    public static string KeyOf(Claim item) => item is Row row ? OwnKey(row)! : ((OtherClaim)item).Key;
    public static bool Same(string left, string right) => left == right;
    public static int HashOf(string key) => key.GetHashCode(StringComparison.Ordinal);
}

internal readonly struct ByUid : IClaims
{
    public static string? OwnKey(Row row) => row is UserRow { User.Uid: { Length: > 0 } uid } ? uid.ToLowerInvariant() : null;
    public static string KeyOf(Claim item) => item is Row row ? OwnKey(row)! : ((OtherClaim)item).Key;
    public static bool Same(string left, string right) => left == right;
    public static int HashOf(string key) => key.GetHashCode(StringComparison.Ordinal);
}

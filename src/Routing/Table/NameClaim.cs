using System.Collections.Immutable;
using DirMail.Mail;

namespace DirMail.Routing.Table;

/// <summary>A domain's name and who claims it, at least one. A domain is itself the claim to its canonical name (<see cref="DomainRow"/>): a recipient's domain is found in one step.</summary>
internal abstract class NameClaim(string name)
{
    public string Name { get; } = name;

    public abstract ImmutableArray<EntryId> Holders { get; }

    /// <summary>The domain whose name it is; null when several claim it, or what is no domain.</summary>
    public abstract DomainRow? Sole { get; }

    public static NameClaim Of(string name, ImmutableArray<EntryId> holders, DomainRow? sole) => sole switch
    {
        null => new NameHeld(name, holders),
        _ when sole.Name == name => sole,
        _ => new OtherName(name, sole),
    };
}

/// <summary>A domain under a name that is not its canonical one.</summary>
internal sealed class OtherName(string name, DomainRow domain) : NameClaim(name)
{
    public override ImmutableArray<EntryId> Holders => [domain.Id];
    public override DomainRow? Sole => domain;
}

/// <summary>Claimed by several, of whom none has it; or by an alias of nothing.</summary>
internal sealed class NameHeld(string name, ImmutableArray<EntryId> holders) : NameClaim(name)
{
    public override ImmutableArray<EntryId> Holders => holders;
    public override DomainRow? Sole => null;
}

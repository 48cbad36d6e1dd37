using System.Collections.Immutable;
using System.Net;
using DirMail.Mail;

namespace DirMail.Routing.Table;

/// <summary>One entry in the table other than a domain. Immutable; a change, or a change of its domain, makes a new one.</summary>
internal abstract record Row : Claim
{
    public ulong Digest { get; init; }

    /// <summary>What the entry lists, when that is more than is in force, and what it shows to be wrong; null: nothing more, nothing wrong.</summary>
    public Declared? Declared { get; init; }

    public abstract EntryId Id { get; }
    public abstract string Dn { get; }

    /// <summary>Normal form of the entry's name.</summary>
    public abstract string DnKey { get; }

    /// <summary>The domain it lies in; null while there is none.</summary>
    public abstract EntryId? Home { get; }

    /// <summary>Addresses that hold in its domain.</summary>
    public virtual ImmutableArray<MailAddress> Addresses => [];

    public Declared All => Declared ?? InForce;
    public override ImmutableArray<Row> Holders => [this];
    public override Row? Sole => this;

    protected virtual Declared InForce => Declared.Nothing;

    private protected static string? KeyOf(ImmutableArray<MailAddress> addresses) => addresses is [var first, ..] ? first.LocalKey : null;
}

internal sealed record UserRow : Row
{
    public required MailUser User
    {
        get;
        init
        {
            field = value;
            KnownBy = KeyOf(value.Addresses);
        }
    }

    public override EntryId Id => User.Id;
    public override EntryId? Home => User.Domain == default ? null : User.Domain;
    public override string Dn => User.Dn;
    public override string DnKey => User.Name.Key(User.Uid);
    public override ImmutableArray<MailAddress> Addresses => User.Addresses;
    protected override Declared InForce => new(User.Addresses, User.VirtualAddresses, []);
}

internal sealed record GroupRow : Row
{
    public required MailGroup Group
    {
        get;
        init
        {
            field = value;
            KnownBy = KeyOf(value.Addresses);
        }
    }

    public override EntryId Id => Group.Id;
    public override EntryId? Home => Group.Domain == default ? null : Group.Domain;
    public override string Dn => Group.Dn;
    public override string DnKey => Key;
    public required string Key { get; init; }
    public override ImmutableArray<MailAddress> Addresses => Group.Addresses;
    protected override Declared InForce => new(Group.Addresses, [], []);
}

/// <summary>A group of people that is no mail group: it may name administrators.</summary>
internal sealed record PeopleRow(EntryId Entry, string Key, ImmutableArray<string> Members) : Row
{
    public EntryId? Domain { get; init; }

    public override EntryId Id => Entry;
    public override EntryId? Home => Domain;
    public override string Dn => Key;
    public override string DnKey => Key;
}

/// <summary>A node of the Schema 1 tree that gives its name to another domain; lies in none.</summary>
/// <param name="Name">A domain key.</param>
/// <param name="Target">Normal form of the node it stands for; empty: of none.</param>
internal sealed record AliasRow(EntryId Entry, EntryName Node, string Name, string Target) : Row
{
    public override EntryId Id => Entry;
    public override EntryId? Home => null;
    public override string Dn => Node.Text("");
    public override string DnKey => Node.Key("");
}

/// <summary>Values as the entry lists them, before its domain and other claims are looked at, and what the entry alone shows to be wrong.</summary>
internal sealed record Declared(ImmutableArray<MailAddress> Addresses, ImmutableArray<IPAddress> VirtualAddresses, ImmutableArray<DirectoryProblem> Problems)
{
    public static Declared Nothing { get; } = new([], [], []);
}

/// <summary>What a domain node says by itself.</summary>
internal sealed record DomainFacts
{
    /// <summary>With all virtual addresses it lists, also those that another domain holds.</summary>
    public required VirtualDomain Domain { get; init; }

    /// <summary>Names without those of its aliases.</summary>
    public required ImmutableArray<string> OwnNames { get; init; }

    public required string DnKey { get; init; }
    public required string BaseKey { get; init; }
    public ulong Digest { get; init; }
    public ImmutableArray<string> Administrators { get; init; } = [];
    public ImmutableArray<DirectoryProblem> Problems { get; init; } = [];
}

/// <summary>
/// One domain with its people. Shared between snapshots and then never changed; a draft first makes its own copy (<see cref="CopyFor"/>) and changes that.
/// It is itself the claim to its canonical name.
/// </summary>
internal sealed class DomainRow(DomainFacts facts, object owner) : NameClaim(facts.Domain.Name)
{
    private object _owner = owner;

    public DomainFacts Facts { get; set; } = facts;

    /// <summary>As in force: with the virtual addresses that it holds.</summary>
    public VirtualDomain Domain { get; set; } = facts.Domain;

    /// <summary>Lies below another domain's node, or has no name: not a domain (SCHEMA 4.5).</summary>
    public bool IsIgnored { get; set; }

    public HashTrie<string, Claim, ByAddress> Addresses { get; set; }
    public HashTrie<string, Claim, ByUid> Uids { get; set; }

    /// <summary>Who lies in the domain and has no uid: groups, mostly.</summary>
    public HashTrie<EntryId, Row, ById> WithoutUid { get; set; }

    /// <summary>Everyone who lies in the domain.</summary>
    public IEnumerable<Row> Members => Uids.Items.SelectMany(c => c.Holders).Concat(WithoutUid.Items);

    public EntryId Id { get; } = facts.Domain.Id;

    public override ImmutableArray<EntryId> Holders => [Id];
    public override DomainRow? Sole => this;

    public DomainRow CopyFor(object owner)
    {
        if (ReferenceEquals(_owner, owner))
            return this;
        var copy = (DomainRow)MemberwiseClone();
        copy._owner = owner;
        return copy;
    }
}

internal readonly struct ById : IKeyed<EntryId, Row>
{
    public static EntryId KeyOf(Row item) => item.Id;
    public static bool Same(EntryId left, EntryId right) => left.Value == right.Value;

    /// <summary>Ids made one after the other differ in a few bits: multiplied, in the highest ones too.</summary>
    public static int HashOf(EntryId key) => (int)((uint)key.Value.GetHashCode() * 0x9E3779B1);
}

internal readonly struct ByDn : IKeyed<string, Row>
{
    public static string KeyOf(Row item) => item.DnKey;
    public static bool Same(string left, string right) => left == right;
    public static int HashOf(string key) => key.GetHashCode(StringComparison.Ordinal);
}

internal readonly struct ByDomainId : IKeyed<EntryId, DomainRow>
{
    public static EntryId KeyOf(DomainRow item) => item.Id;
    public static bool Same(EntryId left, EntryId right) => left.Value == right.Value;
    public static int HashOf(EntryId key) => ById.HashOf(key);
}

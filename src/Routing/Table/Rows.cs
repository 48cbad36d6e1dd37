using System.Collections.Immutable;
using System.Net;
using DirMail.Mail;

namespace DirMail.Routing.Table;

/// <summary>One entry in the table other than a domain. Immutable; a change, or a change of its domain, makes a new one.</summary>
internal abstract record Row
{
    public EntryId Id { get; init; }

    /// <summary>Normal form of the entry's name.</summary>
    public string DnKey { get; init; } = "";

    public ulong Digest { get; init; }

    /// <summary>The domain it lies in; null while there is none.</summary>
    public EntryId? Home { get; init; }

    /// <summary>What the entry alone shows to be wrong.</summary>
    public ImmutableArray<DirectoryProblem> Problems { get; init; } = [];

    public abstract string Dn { get; }

    /// <summary>Addresses that hold in its domain.</summary>
    public virtual ImmutableArray<MailAddress> Addresses => [];
}

internal sealed record UserRow : Row
{
    public required MailUser User { get; init; }

    /// <summary>What the entry lists, when that is more than <see cref="User"/> shows; null: the same.</summary>
    public Declared? Declared { get; init; }

    public override string Dn => User.Dn;
    public override ImmutableArray<MailAddress> Addresses => User.Addresses;
    public Declared All => Declared ?? new(User.Addresses, User.VirtualAddresses);
}

internal sealed record GroupRow : Row
{
    public required MailGroup Group { get; init; }
    public Declared? Declared { get; init; }

    public override string Dn => Group.Dn;
    public override ImmutableArray<MailAddress> Addresses => Group.Addresses;
    public Declared All => Declared ?? new(Group.Addresses, []);
}

/// <summary>A group of people that is no mail group: it may name administrators.</summary>
internal sealed record PeopleRow : Row
{
    public required ImmutableArray<string> Members { get; init; }

    public override string Dn => DnKey;
}

/// <summary>Values as the entry lists them, before its domain and other claims are looked at.</summary>
internal sealed record Declared(ImmutableArray<MailAddress> Addresses, ImmutableArray<IPAddress> VirtualAddresses);

/// <summary>What a domain node says by itself.</summary>
internal sealed record DomainFacts
{
    /// <summary>With all virtual addresses it lists, also those that another domain holds.</summary>
    public required VirtualDomain Domain { get; init; }

    public required string DnKey { get; init; }
    public required string BaseKey { get; init; }
    public ulong Digest { get; init; }
    public ImmutableArray<string> Administrators { get; init; } = [];
    public ImmutableArray<DirectoryProblem> Problems { get; init; } = [];
}

/// <summary>
/// One domain with its people. Shared between snapshots and then never changed; a draft first makes its own copy (<see cref="CopyFor"/>) and changes that.
/// </summary>
internal sealed class DomainRow(DomainFacts facts, object owner)
{
    private object _owner = owner;

    public DomainFacts Facts { get; set; } = facts;

    /// <summary>As in force: with the virtual addresses that it holds.</summary>
    public VirtualDomain Domain { get; set; } = facts.Domain;

    /// <summary>Lies below another domain's node, or has no name: not a domain (SCHEMA 4.5).</summary>
    public bool IsIgnored { get; set; }

    public HashTrie<EntryId, Row, ById> Members { get; set; }
    public HashTrie<string, Claim, ByClaim> Addresses { get; set; }
    public HashTrie<string, Claim, ByClaim> Uids { get; set; }

    public EntryId Id => Facts.Domain.Id;

    public DomainRow CopyFor(object owner)
    {
        if (ReferenceEquals(_owner, owner))
            return this;
        var copy = (DomainRow)MemberwiseClone();
        copy._owner = owner;
        return copy;
    }
}

/// <summary>Who claims an address or a uid of a domain: one entry, or several, and then none of them has it.</summary>
internal sealed record Claim(string Key, ImmutableArray<Row> Holders)
{
    public Row? Sole => Holders.Length == 1 ? Holders[0] : null;
}

internal readonly struct ById : IKeyed<EntryId, Row>
{
    public static EntryId KeyOf(Row item) => item.Id;
    public static bool Same(EntryId left, EntryId right) => left.Value == right.Value;
    public static int HashOf(EntryId key) => key.Value.GetHashCode();
}

internal readonly struct ByDn : IKeyed<string, Row>
{
    public static string KeyOf(Row item) => item.DnKey;
    public static bool Same(string left, string right) => left == right;
    public static int HashOf(string key) => key.GetHashCode(StringComparison.Ordinal);
}

internal readonly struct ByClaim : IKeyed<string, Claim>
{
    public static string KeyOf(Claim item) => item.Key;
    public static bool Same(string left, string right) => left == right;
    public static int HashOf(string key) => key.GetHashCode(StringComparison.Ordinal);
}

internal readonly struct ByDomainId : IKeyed<EntryId, DomainRow>
{
    public static EntryId KeyOf(DomainRow item) => item.Id;
    public static bool Same(EntryId left, EntryId right) => left.Value == right.Value;
    public static int HashOf(EntryId key) => key.Value.GetHashCode();
}

using System.Collections.Immutable;
using DirMail.Mail;
using DirMail.Mail.Sieve;
using DirMail.Routing.Table;

namespace DirMail.Routing;

/// <summary>One mail group (inetMailGroup). Immutable; members are expanded by <see cref="RoutingTable.Expand"/>.</summary>
public sealed record MailGroup
{
    public required EntryId Id { get; init; }
    public required EntryId Domain { get; init; }
    public required string Dn { get; init; }
    public required string Name { get; init; }
    public required StatusDecision Status { get; init; }
    public ImmutableArray<MailAddress> Addresses { get; init; } = [];

    /// <summary>What it is called within its domain: the local part of its first address; "" when it has none.</summary>
    public string LocalName => Addresses is [var first, ..] ? first.LocalKey : "";

    /// <summary>uniqueMember as normalised DNs; one outside the group's own domain counts as its mail address.</summary>
    public ImmutableArray<string> MemberDns { get; init; } = [];

    /// <summary>owner: who administers the group's shared folders, as normalised DNs of users or groups.</summary>
    public ImmutableArray<string> OwnerDns { get; init; } = [];

    /// <summary>mgrpRFC822MailMember.</summary>
    public ImmutableArray<MailAddress> MemberAddresses { get; init; } = [];

    public DeliveryOptions Delivery { get; init; } = DeliveryOptions.Members;
    public ImmutableArray<MailAddress> ForwardTo { get; init; } = [];

    /// <summary>mailHost, when it is another server that the settings name: the mail is handed to it as it comes, or to <see cref="ForwardTo"/> there.</summary>
    public string? RelayHost { get; init; }

    /// <summary>mailDeferProcessing: members are looked up after the message was taken, not while the client waits.</summary>
    public bool DefersExpansion { get; init; }

    /// <summary>Attribute that keeps mail for the group from being delivered (451 4.3.5); null: none does.</summary>
    public string? Blocked { get; init; }

    /// <summary>mgrpErrorsTo as an address: envelope sender of what the group sends on; null: the poster.</summary>
    public MailAddress? ErrorsTo { get; init; }

    /// <summary>The same as an LDAP URL: the first address of who it finds in the group's own domain, by name; null: it is none.</summary>
    internal MemberSearch? ErrorsToSearch { get; init; }

    /// <summary>mgrpDeliverTo: members are also whom these find in the group's own domain.</summary>
    internal ImmutableArray<MemberSearch> MemberSearches { get; init; } = [];

    /// <summary>Null: anyone may post.</summary>
    internal PostingRules? Posting { get; init; }

    /// <summary>mailSieveRuleSource: what becomes of mail for the group; null: it goes on.</summary>
    public SieveScript? Script { get; init; }

    /// <summary>mgrpRemoveHeader and mgrpAddHeader: what is done to the header of what its members get; null: nothing.</summary>
    public HeaderChanges? Changes { get; init; }

    internal Traits Traits { get; init; } = Traits.None;

    public long? MaxMessageOctets { get; init; }
}

using System.Collections.Immutable;
using System.Net;
using DirMail.Mail;
using DirMail.Mail.Sieve;
using DirMail.Routing.Table;

namespace DirMail.Routing;

/// <summary>One account (inetMailUser). Immutable once it is in a table.</summary>
public sealed record MailUser
{
    private EntryId _domain;

    public required EntryId Id { get; init; }
    public required EntryId Domain { get => _domain; init => _domain = value; }
    public required string Uid { get; init; }

    /// <summary>mail, then the alternate and equivalent addresses; only those that lie in the domain.</summary>
    public ImmutableArray<MailAddress> Addresses { get; init; } = [];

    /// <summary>Everything else that the entry says; users who say the same share it.</summary>
    public MailUserSettings Settings { get; init; } = MailUserSettings.Usual;

    internal EntryName Name { get; init; } = EntryName.None;

    /// <summary>Made when asked for.</summary>
    public string Dn => Name.Text(Uid);

    /// <summary>The domain that a new user lies in, before anybody else sees it: a load of a million needs no second million of objects.</summary>
    internal void EnterDomain(EntryId domain) => _domain = domain;

    public StatusDecision Status => Settings.Status;
    public ServiceRules Services => Settings.Services;
    public ImmutableArray<IPAddress> VirtualAddresses => Settings.VirtualAddresses;
    public bool ListsVirtualAddress => Settings.ListsVirtualAddress;
    public DeliveryOptions Delivery => Settings.Delivery;
    public ImmutableArray<MailAddress> ForwardTo => Settings.ForwardTo;
    public string? RelayHost => Settings.RelayHost;
    public string? Blocked => Settings.Blocked;
    public DateTimeOffset? VacationStart => Settings.VacationStart;
    public DateTimeOffset? VacationEnd => Settings.VacationEnd;
    public bool RepliesAt(DateTimeOffset time) => Settings.RepliesAt(time);
    public long? QuotaOctets => Settings.QuotaOctets;
    public long? QuotaMessages => Settings.QuotaMessages;
    public long? MaxMessageOctets => Settings.MaxMessageOctets;
    public string? Partition => Settings.Partition;
}

/// <summary>
/// What a user's entry says beyond who the user is. Of a million users nearly all say one of a few things, so equal ones are kept once
/// (<see cref="SharedValues"/>): whatever is added here costs no memory a user. Immutable, compared by value.
/// </summary>
public sealed record MailUserSettings
{
    /// <summary>Of an entry that says nothing.</summary>
    public static MailUserSettings Usual { get; } = new();

    /// <summary>Of the user's own attributes; the domain's state is asked first.</summary>
    public StatusDecision Status { get; init; }

    public ServiceRules Services { get; init; } = ServiceRules.AllowAll;
    public ImmutableArray<IPAddress> VirtualAddresses { get; init; } = [];

    /// <summary>The entry names an address of its own, usable or not: with none usable the user's mail waits and never leaves from another address.</summary>
    public bool ListsVirtualAddress { get; init; }

    /// <summary>mailDeferProcessing: where the mail goes is looked up after the message was taken, not while the client waits.</summary>
    public bool DefersExpansion { get; init; }

    public DeliveryOptions Delivery { get; init; } = DeliveryOptions.Mailbox;
    public ImmutableArray<MailAddress> ForwardTo { get; init; } = [];

    /// <summary>mailHost, when it is another server that the settings name: the mail is handed to it as it comes, or to <see cref="ForwardTo"/> there.</summary>
    public string? RelayHost { get; init; }

    /// <summary>Attribute that keeps mail for the entry from being delivered (451 4.3.5); null: none does.</summary>
    public string? Blocked { get; init; }

    /// <summary>What is answered while <see cref="RepliesAt"/>; null: nothing.</summary>
    public AutoReply? AutoReply { get; init; }

    /// <summary>An autoreply applies from here ...</summary>
    public DateTimeOffset? VacationStart { get; init; }

    /// <summary>... until before here; null: no limit.</summary>
    public DateTimeOffset? VacationEnd { get; init; }

    /// <summary>Whether an autoreply applies at that time.</summary>
    public bool RepliesAt(DateTimeOffset time) => (VacationStart is null || VacationStart <= time) && (VacationEnd is null || time < VacationEnd);

    /// <summary>mailSieveRuleSource: what becomes of mail for the user; null: it is kept, unless the domain has a script.</summary>
    public SieveScript? Script { get; init; }

    public long? QuotaOctets { get; init; }
    public long? QuotaMessages { get; init; }
    public long? MaxMessageOctets { get; init; }

    /// <summary>Of the message store: where the files of large messages lie. Null: with the store.</summary>
    public string? Partition { get; init; }

    /// <summary>preferredLanguage, as the entry has it.</summary>
    public string? Language { get; init; }

    /// <summary>aclGroupAddr: groups that the user is in where access to folders is asked about, and nowhere else, by their addresses.</summary>
    public ImmutableArray<MailAddress> AccessGroups { get; init; } = [];

    /// <summary>An account for what others share (mailDeliveryOption shared) that nobody can log in to: the domain's administrators run its folders.</summary>
    public bool IsForSharing => Delivery.HasFlag(DeliveryOptions.Shared) && Services.RefusesEverybody;

    internal Traits Traits { get; init; } = Traits.None;
}

/// <summary>mailDeliveryOption values (SCHEMA 3.5). What is not built answers 451 4.3.5 for the whole entry and is a problem in the list.</summary>
[Flags]
public enum DeliveryOptions
{
    None = 0,
    Mailbox = 1,
    Forward = 2,
    Members = 4,
    Autoreply = 8,
    Hold = 16,
    Program = 32,
    File = 64,
    Shared = 128,
    MembersOffline = 256,
    Native = 512,
    Unix = 1024,
    Unknown = 2048,

    /// <summary>Those that this version takes mail for.</summary>
    Available = Mailbox | Forward | Members | Hold | Autoreply | Shared,
}

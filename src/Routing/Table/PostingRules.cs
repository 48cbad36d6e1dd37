using System.Collections.Immutable;
using DirMail.Mail;

namespace DirMail.Routing.Table;

/// <summary>Who may post to a group, as its entry says (SCHEMA 3.6). All kinds of rules that are there must allow it; with <see cref="AnyAllows"/> one of broadcasters and domains is enough.</summary>
internal sealed record PostingRules
{
    /// <summary>mgrpAllowedBroadcaster; null: not there, which allows everyone.</summary>
    public ImmutableArray<Posters>? Allowed { get; init; }

    /// <summary>mgrpAllowedDomain, patterns with * and ?; null: not there.</summary>
    public ImmutableArray<string>? AllowedDomains { get; init; }

    public ImmutableArray<Posters> Disallowed { get; init; } = [];
    public ImmutableArray<string> DisallowedDomains { get; init; } = [];

    /// <summary>mgrpBroadcasterPolicy asks for a login.</summary>
    public bool NeedsLogin { get; init; }

    /// <summary>mgrpBroadcasterPolicy: OR.</summary>
    public bool AnyAllows { get; init; }

    /// <summary>An attribute that nobody can satisfy here, or that forbids something unreadable: nobody may post; null: none.</summary>
    public string? Unmet { get; init; }

    /// <summary>mgrpModerator, when mgrpMsgRejectAction sends there what may not be posted; else empty.</summary>
    public ImmutableArray<Posters> Moderators { get; init; } = [];

    /// <summary>What who may not post is answered, in the words of mgrpMsgRejectText.</summary>
    public Reply Answer { get; init; } = Responses.MayNotPost;
}

/// <summary>Some of those who post: an address (a group's: its members), or the entries that a search of the group's own domain finds.</summary>
internal sealed record Posters(MailAddress? Address, MemberSearch? Search)
{
    public override string ToString() => Search?.Text ?? Address.ToString() ?? "";
}

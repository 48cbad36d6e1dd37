using System.Collections.Immutable;
using DirMail.Mail;
using DirMail.Mail.Sieve;

namespace DirMail.Routing.Table;

/// <summary>Asks the scripts that an entry's mail is subject to. Without a judge they are only named: nobody knows the message yet, and it counts as kept.</summary>
internal sealed class Filters(Func<SieveScript, ImmutableArray<HeaderChanges>, SieveResult>? judge, AttributeNames names, ReasonLog? reasons)
{
    private static readonly Judgement Unfiltered = new(SieveResult.Kept, "", "");

    /// <summary>The user's own script, and the domain's where that took no action.</summary>
    public Judgement Of(VirtualDomain domain, MailUser user, ImmutableArray<HeaderChanges> changes)
    {
        Judgement own = Ask(user.Settings.Script, user, static user => user.Dn, names.Script, changes);
        if (judge is not null && own.Wanted is { IsDecided: true } or { Fault: not null })
            return own;
        Judgement general = Ask(domain.Script, domain, static domain => domain.Dn, names.DomainScript, changes);
        return general.Wanted.IsDecided ? general : own;
    }

    public Judgement Of(MailGroup group, ImmutableArray<HeaderChanges> changes) => Ask(group.Script, group, static group => group.Dn, names.Script, changes);

    private Judgement Ask<T>(SieveScript? script, T entry, Func<T, string> dn, string attribute, ImmutableArray<HeaderChanges> changes)
    {
        if (script is null)
            return Unfiltered;
        reasons?.Add(dn(entry), attribute, "", "a Sieve script decides about each message; what follows is for one that it keeps");
        return new(judge?.Invoke(script, changes) ?? SieveResult.Kept, dn(entry), attribute);
    }
}

/// <summary>What a script wants, and where it stands.</summary>
internal readonly record struct Judgement(SieveResult Wanted, string Dn, string Attribute);

using System.Collections.Immutable;
using DirMail.Mail;

namespace DirMail.Routing.Table;

/// <summary>Names that a domain has by alias nodes of the Schema 1 tree. An alias is followed once: one of another alias names no domain.</summary>
internal sealed class DomainAliases(Draft draft)
{
    public void Add(AliasRow alias) => draft.Aliases[alias.Target] = draft.Aliases.GetValueOrDefault(alias.Target, []).Add(alias.Id);

    public void Remove(AliasRow alias)
    {
        ImmutableArray<EntryId> rest = draft.Aliases.GetValueOrDefault(alias.Target, []).Remove(alias.Id);
        if (rest.IsEmpty)
            draft.Aliases.Remove(alias.Target);
        else
            draft.Aliases[alias.Target] = rest;
    }

    public IEnumerable<AliasRow> Of(string target) => draft.Aliases.GetValueOrDefault(target, []).Select(id => draft.Entries.Find(id)).OfType<AliasRow>();

    /// <summary>With the names of its aliases after its own.</summary>
    public DomainFacts Named(DomainFacts facts)
    {
        if (!draft.Aliases.ContainsKey(facts.DnKey) && facts.Domain.Names.Length == facts.OwnNames.Length)
            return facts;
        ImmutableArray<string> names = [.. facts.OwnNames.Concat(Of(facts.DnKey).Select(alias => alias.Name)).Distinct()];
        return facts with { Domain = facts.Domain with { Names = names, IsHost = names.Contains(draft.Settings.HostDomainKey) } };
    }
}

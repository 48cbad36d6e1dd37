namespace DirMail.Mail.Dmarc;

/// <summary>Whether the domain that a reader sees in From is one that SPF or DKIM vouch for (RFC 7489 3.1, 6.6).</summary>
public sealed class DmarcCheck(PublicSuffixes suffixes)
{
    /// <summary>Where policies are published: the domain's own, else the organization's.</summary>
    public IReadOnlyList<string> RecordNames(string from) => [.. ((string[])["_dmarc." + from, "_dmarc." + suffixes.OrganizationalDomain(from)]).Distinct()];

    /// <param name="record">Found at the first of <see cref="RecordNames"/> that has one.</param>
    /// <param name="isOwn">It is the domain's own, not the organization's.</param>
    /// <param name="spfDomain">The domain that SPF passed for; null: it did not pass.</param>
    /// <param name="dkimDomains">Domains of signatures that passed.</param>
    /// <param name="lot">0 to 99: messages below pct get the policy, others the next milder one (RFC 7489 6.6.4).</param>
    public DmarcResult Judge(string from, DmarcRecord record, bool isOwn, string? spfDomain, IEnumerable<string> dkimDomains, int lot)
    {
        DmarcPolicy policy = isOwn ? record.Policy : record.SubdomainPolicy;
        bool passes = (spfDomain is not null && IsAligned(from, spfDomain, record.StrictSpf)) || dkimDomains.Any(d => IsAligned(from, d, record.StrictDkim));
        return new(passes ? DmarcVerdict.Pass : DmarcVerdict.Fail, from, policy)
        {
            Disposition = passes ? DmarcPolicy.None : lot < record.Percent ? policy : policy == DmarcPolicy.Reject ? DmarcPolicy.Quarantine : DmarcPolicy.None,
        };
    }

    private bool IsAligned(string from, string domain, bool isStrict) => isStrict
        ? from.Equals(domain, StringComparison.OrdinalIgnoreCase)
        : suffixes.OrganizationalDomain(from).Equals(suffixes.OrganizationalDomain(domain), StringComparison.OrdinalIgnoreCase);
}

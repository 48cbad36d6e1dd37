using System.Net;

namespace DirMail.Wire;

/// <summary>Answers a question from the cache or by the servers, following aliases (RFC 1034 3.6.2). Every step is bounded.</summary>
internal sealed class DnsResolver(DnsSettings settings, TimeProvider clock)
{
    private const int MaxAliases = 12;
    private static readonly TimeSpan LongestLife = TimeSpan.FromHours(24);
    private static readonly TimeSpan LongestAbsence = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan AbsenceWithoutSoa = TimeSpan.FromSeconds(30);

    private readonly DnsCache _cache = new(settings.CacheEntries, clock);
    private readonly DnsStanding _standing = new(settings, clock);

    public async Task<DnsAnswer> ResolveAsync(string name, DnsType type, CancellationToken cancellationToken)
    {
        var question = new DnsQuestion(DnsQuery.Canonical(name), type);
        if (DnsQuery.Write(0, question, edns: false) is null)
            return new(DnsStatus.NoSuchDomain, [], TimeSpan.Zero);
        if (settings.Servers.IsDefaultOrEmpty)
            return DnsAnswer.NoServer;
        if (_cache.Find(question) is { } known)
            return known;
        DnsAnswer answer = await FollowAsync(question, cancellationToken);
        _cache.Keep(question, answer);
        Metrics.Query(type.ToString(), answer.Status);
        return answer;
    }

    private async Task<DnsAnswer> FollowAsync(DnsQuestion question, CancellationToken cancellationToken)
    {
        TimeSpan life = LongestLife;
        bool isAuthentic = true;
        for (int aliases = 0; ;)
        {
            DnsReply? reply = await AskServersAsync(question, cancellationToken);
            if (reply is null)
                return DnsAnswer.Unavailable;
            isAuthentic &= reply.IsAuthentic;
            string asked = question.Name;
            question = question with { Name = AliasEnd(reply, asked, ref aliases, ref life) };
            if (aliases >= MaxAliases)
                break;
            DnsRecord[] records = [.. reply.Answers.Where(record => record.Name == question.Name && record.Type == question.Type)];
            if (records.Length > 0)
                return new(DnsStatus.Ok, records, Shorter(life, TimeSpan.FromSeconds(records.Min(static record => record.Ttl)))) { IsAuthentic = isAuthentic };
            if (question.Name == asked || reply.Code == DnsReply.NameError)
                return new(reply.Code == DnsReply.NameError ? DnsStatus.NoSuchDomain : DnsStatus.NoData, [], Shorter(life, Absence(reply))) { IsAuthentic = isAuthentic };
        }
        return DnsAnswer.Unavailable;
    }

    /// <summary>The name at the end of the aliases that the reply holds; no further than <see cref="MaxAliases"/>, so a ring of them ends.</summary>
    private static string AliasEnd(DnsReply reply, string name, ref int aliases, ref TimeSpan life)
    {
        while (aliases < MaxAliases)
        {
            DnsRecord alias = reply.Answers.FirstOrDefault(record => record.Type == DnsType.Cname && record.Name == name);
            if (alias.Type != DnsType.Cname || alias.Target.Length == 0)
                return name;
            life = Shorter(life, TimeSpan.FromSeconds(alias.Ttl));
            name = alias.Target;
            aliases++;
        }
        return name;
    }

    private async Task<DnsReply?> AskServersAsync(DnsQuestion question, CancellationToken cancellationToken)
    {
        for (int round = 0; round < settings.Rounds; round++)
        {
            foreach (IPEndPoint server in settings.Servers)
            {
                if (!await _standing.AnswersAsync(server, cancellationToken))
                    continue;
                DnsReply? reply = await DnsExchange.AskAsync(server, question, settings.Timeout, cancellationToken);
                if (reply is { Code: DnsReply.NoError or DnsReply.NameError })
                    // what a server elsewhere says of its validation, anyone on the way may have said (RFC 7672 2.1)
                    return IPAddress.IsLoopback(server.Address) ? reply : reply with { IsAuthentic = false };
                if (reply is null)
                    _standing.Doubt();
            }
        }
        return null;
    }

    private static TimeSpan Absence(DnsReply reply) => reply.NegativeTtl is { } seconds ? Shorter(LongestAbsence, TimeSpan.FromSeconds(seconds)) : AbsenceWithoutSoa;

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}

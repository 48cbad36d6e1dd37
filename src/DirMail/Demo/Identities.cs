using DirMail.Admin;
using DirMail.Routing;

namespace DirMail.Demo;

/// <summary>Step c: four senders, and one whose address is not on this host.</summary>
internal static class Identities
{
    private const string AwayLdif = """
        dn: o=away.test,o=hosting
        objectClass: organization
        objectClass: domainRelatedObject
        objectClass: inetDomain
        objectClass: inetDomainAuthInfo
        objectClass: mailDomain
        objectClass: dirMailDomain
        o: away.test
        associatedDomain: away.test
        inetCanonicalDomainName: away.test
        inetDomainStatus: active
        mailDomainStatus: active
        mailDomainVirtualAddress: 192.0.2.77
        mailDomainVirtualHostName: mail.away.test

        dn: ou=People,o=away.test,o=hosting
        objectClass: organizationalUnit
        ou: People

        dn: uid=dave,ou=People,o=away.test,o=hosting
        objectClass: inetOrgPerson
        objectClass: inetUser
        objectClass: inetMailUser
        objectClass: inetLocalMailRecipient
        uid: dave
        cn: Dave Day
        sn: Day
        mail: dave@away.test
        userPassword: dave-away-secret

        """;

    private static readonly (DemoUser User, string Address, string Name)[] Senders =
    [
        (DemoUser.Alice, "127.0.70.11", "mail.bcd.com"),
        (DemoUser.Bob, "127.0.70.1", "mail.bcd.com"),
        (DemoUser.Carol, "127.0.70.2", "mail.cde.com"),
        (DemoUser.HostUser, "127.0.0.1", "mail.abc.com"),
    ];

    public static async Task<IReadOnlyList<Observation>> RunAsync(DemoRun run, CancellationToken cancellationToken)
    {
        var observations = new List<Observation>();
        foreach ((DemoUser user, _, _) in Senders)
            observations.Add(Observation.Begins($"{user.Address} submits to x1@xyz.test", "250 2.0.0", await Mailing.SubmitAsync(run.Server, user, ["x1@xyz.test"], "identity", cancellationToken)));
        await run.Sink.WaitAsync(Senders.Length, TimeSpan.FromSeconds(10), cancellationToken);
        foreach ((DemoUser user, string address, string name) in Senders)
            observations.Add(Observation.Of($"{user.Address}: the peer that xyz.test saw", $"{address} EHLO {name}", Seen(run, user)));
        observations.AddRange(await AwayAsync(run, cancellationToken));
        return observations;
    }

    private static string Seen(DemoRun run, DemoUser user) =>
        run.Sink.Arrivals.FirstOrDefault(a => a.Sender == user.Address) is { } arrival ? $"{arrival.Peer} EHLO {arrival.HelloName}" : "nothing arrived";

    private static async Task<IReadOnlyList<Observation>> AwayAsync(DemoRun run, CancellationToken cancellationToken)
    {
        string file = Path.Combine(run.Server.Folder, "away.ldif");
        await File.WriteAllTextAsync(file, AwayLdif, cancellationToken);
        var administrator = new DirectoryLogin(DemoUser.SiteAdministrator.Dn, DemoUser.SiteAdministrator.Password);
        Administered<LdifCounts> loaded = await new Administration(run.Server.Directory).Ldif.LoadAsync(administrator, new([file]), cancellationToken);
        DemoUser dave = DemoUser.In("dave", "away.test", "dave-away-secret");
        string reply = await Until.TrueAsync(() => Mailing.SubmitAsync(run.Server, dave, ["x1@xyz.test"], "away", cancellationToken), r => r.StartsWith("250", StringComparison.Ordinal), cancellationToken);
        using ControlClient control = run.Server.Control();
        IReadOnlyList<QueueReport> queue = await Until.TrueAsync(() => control.QueueAsync(new() { Domain = "away.test" }, null, 100, cancellationToken), q => q.Count == 1 && q[0].Recipients[0].Attempts > 0, cancellationToken);
        return
        [
            Observation.Of("away.test, virtual address 192.0.2.77, loaded from LDIF", "3 records", loaded.Refusal ?? $"{loaded.Value!.Done} records"),
            Observation.Begins("dave@away.test submits to x1@xyz.test", "250 2.0.0", reply),
            Observation.Of("his message waits in the queue of away.test", "1, source address not available", $"{queue.Count}, {Short(queue.FirstOrDefault()?.Recipients[0].Reason)}"),
            Observation.Of("and reached the receiver", "never", run.Sink.Arrivals.Any(a => a.Sender == dave.Address) ? "yes" : "never"),
        ];
    }

    private static string Short(string? reason) =>
        reason is not null && reason.Contains("source address not available", StringComparison.Ordinal) ? "source address not available" : reason ?? "no reason";
}

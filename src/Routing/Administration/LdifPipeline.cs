using DirMail.Ldap;
using DirMail.Ldap.Client;
using DirMail.Ldap.Ldif;

namespace DirMail.Routing;

/// <summary>
/// Sends records over one connection without waiting for each answer; a directory works on several at once. One that concerns an entry under way, or one above or below
/// it, waits for that: a parent is there before its child. Results come in the records' order.
/// </summary>
internal sealed class LdifPipeline(LdapClient client, Action<LdifPipeline.Sent, LdapResult> ended)
{
    /// <summary>Below what servers take from one connection (OpenLDAP: 100 before, 1000 after a bind).</summary>
    private const int Window = 64;

    private readonly Queue<(Sent Record, Task<LdapResult> Answer)> _underWay = new();
    private readonly Dictionary<string, int> _busy = [];
    private readonly Dictionary<string, int> _above = [];

    public sealed record Sent(string File, LdifRecord Record);

    public int UnderWay => _underWay.Count;

    /// <exception cref="LdapException">The connection ended; what is under way may or may not be done.</exception>
    public async Task SendAsync(Sent sent, CancellationToken cancellationToken)
    {
        string[] names = [.. NamesOf(sent.Record)];
        while (_underWay.Count >= Window || names.Any(IsTouched))
            await EndOneAsync();
        foreach (string name in names)
            Mark(name, 1);
        _underWay.Enqueue((sent, ApplyAsync(sent.Record, cancellationToken)));
    }

    public async Task EndAllAsync()
    {
        while (_underWay.Count > 0)
            await EndOneAsync();
    }

    private async Task EndOneAsync()
    {
        (Sent sent, Task<LdapResult> answer) = _underWay.Peek();
        LdapResult result = await answer;
        _underWay.Dequeue();
        foreach (string name in NamesOf(sent.Record))
            Mark(name, -1);
        ended(sent, result);
    }

    private bool IsTouched(string name)
    {
        if (_busy.Count == 0)
            return false;
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> busy = _busy.GetAlternateLookup<ReadOnlySpan<char>>();
        for (ReadOnlySpan<char> at = name; ; at = at[(at.IndexOf(',') + 1)..])
        {
            if (busy.ContainsKey(at))
                return true;
            if (!at.Contains(','))
                return _above.ContainsKey(name);
        }
    }

    /// <summary>A comma in a normal form always ends an RDN.</summary>
    private void Mark(string name, int by)
    {
        Count(_busy, name, by);
        for (int comma = name.IndexOf(','); comma >= 0; comma = name.IndexOf(',', comma + 1))
            Count(_above, name[(comma + 1)..], by);
    }

    private static void Count(Dictionary<string, int> counts, string name, int by)
    {
        int now = counts.GetValueOrDefault(name) + by;
        if (now == 0)
            counts.Remove(name);
        else
            counts[name] = now;
    }

    private static IEnumerable<string> NamesOf(LdifRecord record)
    {
        yield return record.Dn.Normal;
        if (record is LdifRecord.ModifyDn move)
            yield return move.NewRdn.Under(move.NewSuperior ?? move.Dn.Parent ?? Dn.Root).Normal;
    }

    private Task<LdapResult> ApplyAsync(LdifRecord record, CancellationToken cancellationToken) => record switch
    {
        LdifRecord.Content content => client.AddAsync(content.Dn, content.Attributes, cancellationToken),
        LdifRecord.Add add => client.AddAsync(add.Dn, add.Attributes, cancellationToken),
        LdifRecord.Modify modify => client.ModifyAsync(modify.Dn, modify.Changes, cancellationToken),
        LdifRecord.Delete delete => client.DeleteAsync(delete.Dn, cancellationToken),
        LdifRecord.ModifyDn move => client.ModifyDnAsync(move.Dn, move.NewRdn.Text, move.DeleteOldRdn, move.NewSuperior, cancellationToken),
        _ => throw new InvalidOperationException($"a record of no known kind: {record.GetType().Name}"),
    };
}

namespace DirMail.Ldap.Client;

/// <summary>Where searches over one connection were referred to; a hundred at most are kept.</summary>
internal sealed class References
{
    private const int MaxKept = 100;

    private readonly Lock _lock = new();
    private readonly HashSet<string> _urls = new(StringComparer.Ordinal);

    public IReadOnlyList<string> All
    {
        get
        {
            lock (_lock)
                return [.. _urls];
        }
    }

    public void Add(IReadOnlyList<string> urls)
    {
        lock (_lock)
            foreach (string url in urls)
                if (_urls.Count < MaxKept)
                    _urls.Add(url);
    }
}

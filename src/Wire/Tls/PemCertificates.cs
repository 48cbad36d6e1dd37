using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace DirMail.Wire;

/// <summary>
/// The certificates of PEM files in folders, by the names that they are for. The folders are looked at every few seconds: what changed is read again, and a pair that
/// is half written or wrong leaves the one before in force.
/// </summary>
public sealed class PemCertificates : ICertificates, IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly PemCertificateSettings _settings;
    private readonly ICertificates _fallback;
    private readonly Func<IPAddress, IReadOnlyList<string>> _namesAt;
    private readonly ILogger _logger;
    private readonly PeriodicTimer _timer;
    private readonly Dictionary<string, string> _folderProblems = [];
    private readonly Dictionary<string, Known> _known = [];
    private volatile IReadOnlyDictionary<string, HostCertificate> _byName = new Dictionary<string, HostCertificate>();
    private volatile IReadOnlyList<CertificateStatus> _status = [];
    private Task _watching = Task.CompletedTask;

    /// <param name="fallback">Shown when no file is for the name.</param>
    /// <param name="namesAt">Our names at a virtual address: the announced host name first, then the names of its domain; none at an address of the host.</param>
    public PemCertificates(PemCertificateSettings settings, ICertificates fallback, Func<IPAddress, IReadOnlyList<string>> namesAt, TimeProvider clock, ILogger logger)
    {
        _settings = settings;
        _fallback = fallback;
        _namesAt = namesAt;
        _logger = logger;
        _timer = new(Interval, clock);
        Reload();
    }

    /// <summary>What is used, and what is not and why.</summary>
    public IReadOnlyList<CertificateStatus> Status => _status;

    /// <summary>Looks for changes from now on, until disposed.</summary>
    public void Watch() => _watching = WatchAsync();

    /// <summary>
    /// On a virtual address that domain's: for the client's name when it lies in the domain, else for the announced name. Elsewhere, and when there is none, by the
    /// client's name; then the host's; then the self-made one.
    /// </summary>
    public HostCertificate Find(string? serverName, IPAddress localAddress)
    {
        IReadOnlyList<string> own = _namesAt(localAddress);
        HostCertificate? domains = own.Count == 0 ? null : (own.Any(name => LiesIn(serverName, name)) ? For(serverName) : null) ?? For(own[0]);
        return domains ?? For(serverName) ?? For(_settings.HostName) ?? _fallback.Find(serverName, localAddress);
    }

    /// <summary>Reads what changed since the last time. Never throws for what lies in the folders.</summary>
    public void Reload()
    {
        bool changed = false;
        HashSet<string> seen = [];
        foreach (string folder in _settings.Folders)
            foreach (PemPair pair in List(folder))
            {
                seen.Add(pair.ChainFile);
                changed |= Load(pair);
            }
        foreach (Known unseen in _known.Values.Where(known => !seen.Contains(known.Files.ChainFile)).ToList())
            changed |= unseen.Files.HasKeyAlone || IsInLostFolder(unseen) ? Load(unseen.Files) : Forget(unseen);
        if (changed)
            Publish();
    }

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _watching;
    }

    private async Task WatchAsync()
    {
        while (await _timer.WaitForNextTickAsync())
            Reload();
    }

    private bool IsInLostFolder(Known known) => _folderProblems.Keys.Any(folder => known.Files.ChainFile.StartsWith(folder, StringComparison.Ordinal));

    private bool Forget(Known gone)
    {
        _known.Remove(gone.Files.ChainFile);
        Log.CertificateGone(_logger, gone.Files.Name);
        return true;
    }

    private IReadOnlyList<PemPair> List(string folder)
    {
        try
        {
            IReadOnlyList<PemPair> pairs = PemPair.In(folder);
            _folderProblems.Remove(folder);
            return pairs;
        }
        catch (IOException failure)
        {
            if (_folderProblems.TryAdd(folder, failure.Message))
                Log.CertificateFolderFailed(_logger, folder, failure.Message);
            return [];
        }
    }

    /// <summary>Whether something is different now.</summary>
    private bool Load(PemPair files)
    {
        // taken before the files are read: what is written meanwhile is seen the next time
        string stamp = files.Stamp();
        HostCertificate? before = null;
        if (_known.TryGetValue(files.ChainFile, out Known? known))
        {
            if (known.Stamp == stamp)
                return false;
            before = known.Certificate;
        }
        try
        {
            HostCertificate loaded = files.Load();
            _known[files.ChainFile] = new(files, stamp, loaded, null);
            Log.CertificateLoaded(_logger, files.Name, string.Join(", ", loaded.Names), loaded.Leaf.NotAfter.ToUniversalTime());
        }
        catch (Exception failure) when (failure is IOException or CryptographicException)
        {
            _known[files.ChainFile] = new(files, stamp, before, failure.Message);
            Log.CertificateRefused(_logger, files.Name, failure.Message, before is null ? "it is not used" : "the one before stays in force");
        }
        return true;
    }

    private void Publish()
    {
        Dictionary<string, HostCertificate> byName = [];
        // of two for one name the one that is good for longer
        foreach (HostCertificate certificate in _known.Values.Select(known => known.Certificate).OfType<HostCertificate>().OrderBy(certificate => certificate.Leaf.NotAfter))
            foreach (string name in certificate.Names)
                byName[name] = certificate;
        _byName = byName;
        _status = [.. _known.Values.OrderBy(known => known.Files.ChainFile, StringComparer.Ordinal).Select(StatusOf)];
    }

    private static CertificateStatus StatusOf(Known known) =>
        new(known.Files.ChainFile, known.Certificate?.Names ?? [], known.Certificate?.Leaf.NotAfter.ToUniversalTime(), known.Problem);

    /// <summary>A wildcard stands for exactly one label (RFC 6125 6.4.3).</summary>
    private HostCertificate? For(string? name)
    {
        if (name is null)
            return null;
        name = name.ToLowerInvariant();
        IReadOnlyDictionary<string, HostCertificate> byName = _byName;
        if (byName.TryGetValue(name, out HostCertificate? exact))
            return exact;
        int dot = name.IndexOf('.');
        return dot > 0 && byName.TryGetValue("*" + name[dot..], out HostCertificate? wildcard) ? wildcard : null;
    }

    private static bool LiesIn(string? name, string domain) => name is not null && name.EndsWith(domain, StringComparison.OrdinalIgnoreCase)
        && (name.Length == domain.Length || name[^(domain.Length + 1)] == '.');

    /// <param name="Certificate">In force, though the files may hold another by now.</param>
    private sealed record Known(PemPair Files, string Stamp, HostCertificate? Certificate, string? Problem);
}

public sealed record PemCertificateSettings
{
    /// <summary>Absolute paths.</summary>
    public IReadOnlyList<string> Folders { get; init; } = [];

    /// <summary>The host's own name.</summary>
    public required string HostName { get; init; }
}

/// <param name="Names">None when there is no certificate in force.</param>
/// <param name="Problem">Why what lies in the file now is not used; null: it is.</param>
public sealed record CertificateStatus(string File, IReadOnlyList<string> Names, DateTime? NotAfter, string? Problem);

using System.Buffers;

namespace DirMail.Mail.Dkim;

/// <summary>
/// Reads a message as it streams by, once, and knows in the end its header, its signatures and the body's hash for each of them. Bounded: the header to 256 KiB,
/// the signatures to the first ten of each kind; signatures with the same way and length share one hash.
/// </summary>
public sealed class SignatureScan : IDisposable
{
    public const int MaxSignatures = 10;

    private const int MaxHeaderOctets = Mime.MimeReader.MaxHeaderOctets;

    private readonly ArrayBufferWriter<byte> _header = new(4096);
    private readonly Dictionary<(Canonicalization, long?), BodyHash> _bodies = [];
    private readonly List<ScannedSignature> _signatures = [];
    private readonly BodyHash? _own;
    private int _searched;
    private bool _inBody;

    public SignatureScan()
    {
    }

    /// <summary>Asks for no signatures: reads a message that is to be signed.</summary>
    public SignatureScan(Canonicalization own) => _own = new(own, null);

    /// <summary>Of a message that is to be signed: its body's hash, after <see cref="Complete"/>.</summary>
    public byte[] OwnHash { get; private set; } = [];

    /// <summary>Its header was longer than we keep: nothing can be said of its signatures.</summary>
    public bool IsOverlong { get; private set; }

    /// <summary>Once <see cref="Complete"/> was called, or the body began.</summary>
    public CanonicalHeader Header { get; private set; } = new(default);

    /// <summary>In the order of the header. Complete after <see cref="Complete"/>.</summary>
    public IReadOnlyList<ScannedSignature> Signatures => _signatures;

    public void Write(ReadOnlySpan<byte> octets)
    {
        if (!_inBody)
            octets = ReadHeader(octets);
        if (!_inBody || octets.IsEmpty)
            return;
        _own?.Write(octets);
        if (_bodies.Count > 0)
            foreach (BodyHash body in _bodies.Values)
                body.Write(octets);
    }

    /// <summary>After the last octet.</summary>
    public void Complete()
    {
        if (!_inBody)
            StartBody();
        OwnHash = _own?.Complete() ?? [];
        foreach (((Canonicalization, long?) key, BodyHash body) in _bodies)
        {
            byte[] hash = body.Complete();
            for (int i = 0; i < _signatures.Count; i++)
                if (_signatures[i].Signature is { } signature && (signature.Body, signature.BodyOctets) == key)
                    _signatures[i] = _signatures[i] with { BodyHash = hash, BodyOctets = body.Octets };
        }
    }

    public void Dispose()
    {
        _own?.Dispose();
        foreach (BodyHash body in _bodies.Values)
            body.Dispose();
    }

    /// <summary>What is left for the body.</summary>
    private ReadOnlySpan<byte> ReadHeader(ReadOnlySpan<byte> octets)
    {
        int before = _header.WrittenCount, room = Math.Min(octets.Length, MaxHeaderOctets - before);
        _header.Write(octets[..room]);
        ReadOnlySpan<byte> all = _header.WrittenSpan;
        if (all.StartsWith("\r\n"u8))
            return EndHeader(octets, 2 - before);
        int blank = all[_searched..].IndexOf("\r\n\r\n"u8);
        if (blank >= 0)
            return EndHeader(octets, _searched + blank + 4 - before);
        _searched = Math.Max(0, all.Length - 3);
        if (all.Length < MaxHeaderOctets)
            return default;
        (IsOverlong, _inBody) = (true, true);
        return default;
    }

    private ReadOnlySpan<byte> EndHeader(ReadOnlySpan<byte> octets, int used)
    {
        StartBody();
        return octets[used..];
    }

    private void StartBody()
    {
        _inBody = true;
        Header = new(_header.WrittenMemory);
        if (_own is not null)
            return;
        foreach (string name in (string[])[SignatureField.DkimName, SignatureField.ArcName])
            foreach (HeaderField field in Header.Block.Fields.Where(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Take(name == SignatureField.DkimName ? MaxSignatures : Arc.ArcChain.MaxInstances))
                Add(new(field, SignatureField.Read(field, out string fault), fault));
    }

    private void Add(ScannedSignature scanned)
    {
        _signatures.Add(scanned);
        if (scanned.Signature is { } signature && !_bodies.ContainsKey((signature.Body, signature.BodyOctets)) && _bodies.Count < MaxSignatures)
            _bodies[(signature.Body, signature.BodyOctets)] = new(signature.Body, signature.BodyOctets);
    }
}

/// <param name="Field">Where it stands.</param>
/// <param name="Signature">Null: it cannot be read, and <paramref name="Fault"/> says why.</param>
public sealed record ScannedSignature(HeaderField Field, SignatureField? Signature, string Fault)
{
    /// <summary>Of the body as this signature counts it; null: not known.</summary>
    public byte[]? BodyHash { get; init; }

    /// <summary>Of the whole canonical body.</summary>
    public long BodyOctets { get; init; }
}

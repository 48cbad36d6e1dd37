namespace DirMail.Mail.Mime;

/// <summary>Addresses in their stored form, taken one after the other; a copy starts again.</summary>
public ref struct StoredAddresses
{
    private CodecReader _rest;
    private int _left;

    private StoredAddresses(ReadOnlySpan<byte> octets, int count)
    {
        _rest = new(octets);
        _left = count;
    }

    public readonly bool IsEmpty => _left == 0;

    /// <summary>For what the three are see <see cref="HeaderAddress"/>.</summary>
    public bool Next(out StoredText name, out StoredText mailbox, out StoredText host)
    {
        if (_left == 0)
        {
            name = mailbox = host = default;
            return false;
        }
        _left--;
        name = _rest.Octets();
        mailbox = _rest.Octets();
        host = _rest.Octets();
        return true;
    }

    internal static StoredAddresses Read(scoped ref CodecReader reader)
    {
        int count = reader.Count(StructureCodec.LeastAddressOctets);
        ReadOnlySpan<byte> octets = reader.Rest;
        for (int i = 0; i < count; i++)
        {
            reader.Octets();
            reader.Octets();
            reader.Octets();
        }
        return reader.IsDamaged ? default : new(octets, count);
    }
}

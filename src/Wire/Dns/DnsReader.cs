using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace DirMail.Wire;

/// <summary>
/// Reads a reply from octets that anyone may have sent. The first failure sticks and makes the whole reply nothing; compression pointers must lead backwards, so that no
/// loop is possible (RFC 1035 4.1.4).
/// </summary>
internal ref struct DnsReader(ReadOnlySpan<byte> message)
{
    private const int MaxNameOctets = 255, HeaderOctets = 12;
    private const ushort ClassInternet = 1;

    private readonly ReadOnlySpan<byte> _message = message;
    private int _at;
    private bool _failed;

    /// <summary>Null: not a well-formed reply to one question.</summary>
    public static DnsReply? Read(ReadOnlySpan<byte> message)
    {
        if (message.Length < HeaderOctets)
            return null;
        var reader = new DnsReader(message);
        return reader.Reply();
    }

    private DnsReply? Reply()
    {
        const int ReplyFlag = 0x8000, OpcodeMask = 0x7800, TruncatedFlag = 0x0200, AuthenticFlag = 0x0020, CodeMask = 0x000F;
        ushort id = Number(), flags = Number(), questions = Number(), answers = Number(), authorities = Number();
        Number();
        if ((flags & ReplyFlag) == 0 || (flags & OpcodeMask) != 0 || questions != 1)
            return null;
        string name = Name();
        var question = new DnsQuestion(name, (DnsType)Number());
        bool isInternet = Number() == ClassInternet;
        bool isTruncated = (flags & TruncatedFlag) != 0;
        if (_failed || !isInternet)
            return null;
        if (isTruncated)
            return new(id, true, flags & CodeMask, question, [], null);
        List<DnsRecord> records = Records(answers, out _);
        Records(authorities, out uint? negative);
        return _failed ? null : new(id, false, flags & CodeMask, question, records, negative) { IsAuthentic = (flags & AuthenticFlag) != 0 };
    }

    private List<DnsRecord> Records(int count, out uint? negativeTtl)
    {
        var records = new List<DnsRecord>();
        negativeTtl = null;
        for (int i = 0; i < count && !_failed; i++)
        {
            string name = Name();
            var type = (DnsType)Number();
            ushort @class = Number();
            // the top bit set means zero (RFC 2181 8)
            uint ttl = LongNumber() is var given && given > int.MaxValue ? 0 : given;
            int octets = Number();
            if (_failed || octets > _message.Length - _at)
            {
                _failed = true;
                break;
            }
            int end = _at + octets;
            if (@class == ClassInternet)
                Keep(records, new DnsRecord(name, type, ttl), octets, ref negativeTtl);
            _failed |= _at > end;
            _at = end;
        }
        return records;
    }

    /// <summary>Reads the data of the types we know; others are passed over.</summary>
    private void Keep(List<DnsRecord> records, DnsRecord record, int octets, ref uint? negativeTtl)
    {
        switch (record.Type)
        {
            case DnsType.A when octets == 4:
            case DnsType.Aaaa when octets == 16:
                records.Add(record with { Address = new IPAddress(_message.Slice(_at, octets)) });
                break;
            case DnsType.Cname or DnsType.Ptr:
                records.Add(record with { Target = Name() });
                break;
            case DnsType.Mx:
                records.Add(record with { Preference = Number(), Target = Name() });
                break;
            case DnsType.Txt:
                records.Add(record with { Text = Text(_at + octets) });
                break;
            case DnsType.Tlsa when octets > TlsaRecord.FixedOctets:
                records.Add(record with { Tlsa = TlsaRecord.Read(_message.Slice(_at, octets)) });
                break;
            case DnsType.Soa:
                Name();
                Name();
                _at += 16;
                negativeTtl = Math.Min(record.Ttl, LongNumber());
                break;
        }
    }

    /// <summary>Strings of up to 255 octets each (RFC 1035 3.3.14), joined.</summary>
    private string Text(int end)
    {
        var text = new StringBuilder();
        while (_at < end && !_failed)
        {
            int length = _message[_at++];
            if (length > end - _at)
                return Fail();
            foreach (byte octet in _message.Slice(_at, length))
                text.Append(octet is >= (byte)' ' and < 127 ? (char)octet : '?');
            _at += length;
        }
        return text.ToString();
    }

    private string Name()
    {
        const int PointerMask = 0xC0;
        var name = new StringBuilder();
        int at = _at, limit = int.MaxValue;
        bool jumped = false;
        while (!_failed)
        {
            if (at >= _message.Length)
                return Fail();
            int length = _message[at];
            if (length == 0)
            {
                if (!jumped)
                    _at = at + 1;
                return name.ToString();
            }
            if ((length & PointerMask) == PointerMask)
            {
                if (at + 1 >= _message.Length)
                    return Fail();
                int target = ((length & ~PointerMask) << 8) | _message[at + 1];
                if (!jumped)
                    _at = at + 2;
                if (target >= Math.Min(at, limit))
                    return Fail();
                jumped = true;
                at = limit = target;
                continue;
            }
            if ((length & PointerMask) != 0 || at + 1 + length > _message.Length || !AddLabel(name, _message.Slice(at + 1, length)))
                return Fail();
            at += 1 + length;
        }
        return "";
    }

    /// <summary>Octets that no host name has become "?": such a name matches nothing, and the rest of the reply is still of use.</summary>
    private static bool AddLabel(StringBuilder name, ReadOnlySpan<byte> label)
    {
        if (name.Length > 0)
            name.Append('.');
        foreach (byte octet in label)
            name.Append(octet is <= (byte)' ' or >= 127 or (byte)'.' or (byte)'\\' ? '?' : char.ToLowerInvariant((char)octet));
        return name.Length < MaxNameOctets;
    }

    private ushort Number()
    {
        if (_failed || _at + 2 > _message.Length)
        {
            _failed = true;
            return 0;
        }
        _at += 2;
        return BinaryPrimitives.ReadUInt16BigEndian(_message[(_at - 2)..]);
    }

    private uint LongNumber() => ((uint)Number() << 16) | Number();

    private string Fail()
    {
        _failed = true;
        return "";
    }
}

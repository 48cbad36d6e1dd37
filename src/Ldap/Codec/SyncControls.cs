using System.Formats.Asn1;
using DirMail.Ldap.Client;
using static DirMail.Ldap.Codec.LdapTags;

namespace DirMail.Ldap.Codec;

/// <summary>Sync state control (RFC 4533 2.3), on each entry and reference of a synchronisation.</summary>
public sealed record SyncStateValue(SyncState State, Guid EntryUuid, byte[]? Cookie);

/// <summary>Sync done control (RFC 4533 2.4), on the result.</summary>
public sealed record SyncDoneValue(byte[]? Cookie, bool RefreshDeletes);

/// <summary>Content synchronisation on the wire (RFC 4533 2), both ways. Readers give null for what is malformed.</summary>
public static class SyncControls
{
    public const string RequestOid = "1.3.6.1.4.1.4203.1.9.1.1";
    public const string StateOid = "1.3.6.1.4.1.4203.1.9.1.2";
    public const string DoneOid = "1.3.6.1.4.1.4203.1.9.1.3";
    public const string InfoOid = "1.3.6.1.4.1.4203.1.9.1.4";

    private const int UuidOctets = 16;

    private enum Mode
    {
        RefreshOnly = 1,
        RefreshAndPersist = 3,
    }

    public static LdapControl Request(SyncRequest request, bool critical = true)
    {
        var writer = new AsnWriter(AsnEncodingRules.BER);
        using (writer.PushSequence())
        {
            writer.WriteEnumeratedValue(request.Persist ? Mode.RefreshAndPersist : Mode.RefreshOnly);
            writer.WriteOptional(request.Cookie);
            if (request.ReloadHint)
                writer.WriteBoolean(true);
        }
        return new(RequestOid, critical, writer.Encode());
    }

    public static SyncRequest? ReadRequest(LdapControl control)
    {
        var reader = new BerReader(control.Value);
        int outer = reader.Enter(Asn1Tag.Sequence);
        var mode = (Mode)reader.Enumerated();
        byte[]? cookie = reader.OptionalOctets(Asn1Tag.PrimitiveOctetString);
        bool reloadHint = reader.OptionalBoolean(Asn1Tag.Boolean, false);
        reader.Leave(outer);
        return reader.Failure is null && mode is Mode.RefreshOnly or Mode.RefreshAndPersist ? new(mode == Mode.RefreshAndPersist, cookie) { ReloadHint = reloadHint } : null;
    }

    public static LdapControl State(SyncStateValue value)
    {
        var writer = new AsnWriter(AsnEncodingRules.BER);
        using (writer.PushSequence())
        {
            writer.WriteEnumeratedValue(value.State);
            WriteUuid(writer, value.EntryUuid);
            writer.WriteOptional(value.Cookie);
        }
        return new(StateOid, Critical: false, writer.Encode());
    }

    public static SyncStateValue? ReadState(LdapControl control)
    {
        var reader = new BerReader(control.Value);
        int outer = reader.Enter(Asn1Tag.Sequence);
        var state = (SyncState)reader.Enumerated();
        Guid uuid = ReadUuid(ref reader);
        byte[]? cookie = reader.OptionalOctets(Asn1Tag.PrimitiveOctetString);
        reader.Leave(outer);
        return reader.Failure is null && state is >= SyncState.Present and <= SyncState.Delete ? new(state, uuid, cookie) : null;
    }

    public static LdapControl Done(SyncDoneValue value)
    {
        var writer = new AsnWriter(AsnEncodingRules.BER);
        using (writer.PushSequence())
        {
            writer.WriteOptional(value.Cookie);
            if (value.RefreshDeletes)
                writer.WriteBoolean(true);
        }
        return new(DoneOid, Critical: false, writer.Encode());
    }

    public static SyncDoneValue? ReadDone(LdapControl control)
    {
        var reader = new BerReader(control.Value);
        int outer = reader.Enter(Asn1Tag.Sequence);
        var value = new SyncDoneValue(reader.OptionalOctets(Asn1Tag.PrimitiveOctetString), reader.OptionalBoolean(Asn1Tag.Boolean, false));
        reader.Leave(outer);
        return reader.Failure is null ? value : null;
    }

    /// <summary>The sync info message (RFC 4533 2.5) of a new cookie, a phase's end or a set of ids.</summary>
    public static LdapOperation.IntermediateResponse Info(LdapSearchItem item)
    {
        var writer = new AsnWriter(AsnEncodingRules.BER);
        switch (item)
        {
            case LdapSearchItem.NewCookie fresh: writer.WriteOctetString(fresh.Cookie, Primitive(0)); break;
            case LdapSearchItem.RefreshPhase phase: WritePhase(writer, phase); break;
            case LdapSearchItem.IdSet set: WriteIdSet(writer, set); break;
            default: throw new ArgumentException($"{item.GetType().Name} is no sync info", nameof(item));
        }
        return new(InfoOid, writer.Encode());
    }

    /// <summary>Null when the message is no sync info or a malformed one.</summary>
    public static LdapSearchItem? ReadInfo(LdapOperation.IntermediateResponse info)
    {
        var reader = new BerReader(info.Value);
        if (info.Oid != InfoOid || !reader.TryPeek(out Asn1Tag tag) || tag.TagClass != TagClass.ContextSpecific)
            return null;
        LdapSearchItem? item = tag.TagValue switch
        {
            0 => new LdapSearchItem.NewCookie(reader.Octets(tag)),
            1 or 2 => ReadPhase(ref reader, tag),
            3 => ReadIdSet(ref reader),
            _ => null,
        };
        return reader.Failure is null ? item : null;
    }

    private static void WritePhase(AsnWriter writer, LdapSearchItem.RefreshPhase phase)
    {
        using (writer.PushSequence(Constructed(phase.IsDeletePhase ? 1 : 2)))
        {
            writer.WriteOptional(phase.Cookie);
            if (!phase.RefreshDone)
                writer.WriteBoolean(false);
        }
    }

    private static LdapSearchItem.RefreshPhase ReadPhase(ref BerReader reader, Asn1Tag tag)
    {
        int outer = reader.Enter(tag);
        byte[]? cookie = reader.OptionalOctets(Asn1Tag.PrimitiveOctetString);
        bool done = reader.OptionalBoolean(Asn1Tag.Boolean, true);
        reader.Leave(outer);
        return new(tag.TagValue == 1, cookie, done);
    }

    private static void WriteIdSet(AsnWriter writer, LdapSearchItem.IdSet set)
    {
        using (writer.PushSequence(Constructed(3)))
        {
            writer.WriteOptional(set.Cookie);
            if (set.AreDeleted)
                writer.WriteBoolean(true);
            using (writer.PushSetOf())
                foreach (Guid uuid in set.EntryUuids)
                    WriteUuid(writer, uuid);
        }
    }

    private static LdapSearchItem.IdSet ReadIdSet(ref BerReader reader)
    {
        int outer = reader.Enter(Constructed(3));
        byte[]? cookie = reader.OptionalOctets(Asn1Tag.PrimitiveOctetString);
        bool deleted = reader.OptionalBoolean(Asn1Tag.Boolean, false);
        var uuids = new List<Guid>();
        int outerOfSet = reader.Enter(Asn1Tag.SetOf);
        while (reader.HasMore)
            uuids.Add(ReadUuid(ref reader));
        reader.Leave(outerOfSet);
        reader.Leave(outer);
        return new(deleted, uuids, cookie);
    }

    private static void WriteUuid(AsnWriter writer, Guid uuid)
    {
        Span<byte> octets = stackalloc byte[UuidOctets];
        uuid.TryWriteBytes(octets, bigEndian: true, out _);
        writer.WriteOctetString(octets);
    }

    private static Guid ReadUuid(ref BerReader reader)
    {
        ReadOnlySpan<byte> octets = reader.Content(Asn1Tag.PrimitiveOctetString);
        if (octets.Length == UuidOctets)
            return new(octets, bigEndian: true);
        reader.Fail("an entryUUID of other than 16 octets");
        return default;
    }
}

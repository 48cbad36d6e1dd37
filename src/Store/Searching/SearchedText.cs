using System.Buffers;
using System.Text;
using DirMail.Mail;
using DirMail.Mail.Mime;
using DirMail.Store.Searching;
using Microsoft.Win32.SafeHandles;

namespace DirMail.Store;

/// <summary>
/// The text of one message as SEARCH sees it: fields with their encoded words read, text parts with transfer encoding and charset undone, decoded as they are looked
/// through. Both who looks for a text and who makes the index read it here, so that they cannot differ. Taken from message to message; used by one thread at a time.
/// </summary>
public sealed class SearchedText : IDisposable
{
    /// <summary>Of a header, as everywhere: what lies beyond is not looked at.</summary>
    private const int HeaderOctets = MimeReader.MaxHeaderOctets;

    private const int PieceOctets = 64 * 1024;

    private readonly ArrayBufferWriter<byte> _decoded = new();
    private byte[] _octets = [], _storedStructure = [];
    private char[] _characters = [];
    private int _inMemory, _shift, _skipped, _structureLength;
    private string _path = "";
    private SafeFileHandle? _file;
    private MimePart? _root;
    private HeaderBlock? _header;

    /// <summary>Octets of the message as it is shown.</summary>
    public long Octets { get; private set; }

    /// <summary>Whether reading it means waiting for the disk.</summary>
    internal bool IsInFile { get; private set; }

    /// <summary>The Date field as written; null when there is none.</summary>
    /// <exception cref="IOException">When the message cannot be read.</exception>
    public string? Date
    {
        get
        {
            if (!StoredEnvelope.TryRead(StoredStructure, out StoredEnvelope envelope))
                throw Damage();
            return envelope.Date.IsNull ? null : Encoding.UTF8.GetString(envelope.Date.Utf8);
        }
    }

    private MimePart Root
    {
        get
        {
            if (_root is null && !StructureCodec.TryDecodeRoot(StoredStructure, out _root))
                throw Damage();
            return _root!;
        }
    }

    private ReadOnlySpan<byte> StoredStructure => _storedStructure.AsSpan(0, _structureLength);

    /// <exception cref="IOException">When the message cannot be read.</exception>
    public bool Holds(TextQuery query) => query.Place switch
    {
        TextPlace.Field => FieldHolds(query),
        TextPlace.Body => BodyHolds(query),
        // a long body is read last, a short one first: looking through it is quicker than reading a header
        _ => IsInFile ? AnyFieldHolds(query) || BodyHolds(query) : BodyHolds(query) || AnyFieldHolds(query),
    };

    public void Dispose() => _file?.Dispose();

    /// <summary>To the next message. All is copied but what lies in a file.</summary>
    /// <param name="replaces">How many of the content's first octets the prefix stands in place of.</param>
    /// <param name="data">Empty when the content is the file at <paramref name="path"/>.</param>
    internal void Open(long octets, ReadOnlySpan<byte> prefix, int replaces, ReadOnlySpan<byte> structure, ReadOnlySpan<byte> data, string path)
    {
        _file?.Dispose();
        (_file, _root, _header, _path, _shift, _skipped) = (null, null, null, path, prefix.Length - replaces, replaces);
        Octets = octets;
        data = data[Math.Min(replaces, data.Length)..];
        _inMemory = prefix.Length + data.Length;
        IsInFile = _inMemory < octets;
        Grow(ref _octets, _inMemory + (IsInFile ? HeaderOctets : 0));
        prefix.CopyTo(_octets);
        data.CopyTo(_octets.AsSpan(prefix.Length));
        Grow(ref _storedStructure, _structureLength = structure.Length);
        structure.CopyTo(_storedStructure);
    }

    /// <summary>The fields of the header, decoded.</summary>
    internal IEnumerable<(string Name, string Value)> Fields() => Decoded(_header ??= HeaderBlock.Parse(Read(0, HeaderOctets)));

    /// <summary>Those of the parts' headers. The header of an enclosed message is not among them: it is text of the body.</summary>
    internal IEnumerable<(string Name, string Value)> PartFields() => Root.Children.IsEmpty ? [] : PartFields(Root);

    /// <summary>Hands out the text of the body until the taker has enough; returns whether it had.</summary>
    internal bool TakeBody(TextTaker taker) => TakePart(Root, taker);

    private bool FieldHolds(TextQuery query)
    {
        foreach ((string name, string value) in Fields())
        {
            if (name.Equals(query.Field, StringComparison.OrdinalIgnoreCase) && query.IsIn(value))
                return true;
        }
        return false;
    }

    private bool AnyFieldHolds(TextQuery query)
    {
        foreach ((string name, string value) in Fields().Concat(PartFields()))
        {
            if (query.IsIn($"{name}: {value}"))
                return true;
        }
        return false;
    }

    private IEnumerable<(string Name, string Value)> PartFields(MimePart part)
    {
        foreach (MimePart child in part.Children)
        {
            if (!part.IsMessage)
            {
                foreach ((string Name, string Value) field in FieldsOf(child))
                    yield return field;
            }
            foreach ((string Name, string Value) deeper in PartFields(child))
                yield return deeper;
        }
    }

    private IEnumerable<(string Name, string Value)> FieldsOf(MimePart part) => Decoded(HeaderBlock.Parse(Read(Shown(part.HeaderStart), Shown(part.BodyStart))));

    private static IEnumerable<(string Name, string Value)> Decoded(HeaderBlock header) => header.Fields.Select(static field => (field.Name, EncodedWords.Decode(field.Value)));

    private bool BodyHolds(TextQuery query) => query.Text.Length == 0 || TakeBody(new TextFinder(query));

    private bool TakePart(MimePart part, TextTaker taker)
    {
        if (part.Type == "text")
            return TakeText(part, taker);
        if (part.IsMessage && part.Children is [MimePart enclosed, ..])
        {
            foreach ((_, string value) in FieldsOf(enclosed))
            {
                if (taker.Take(value) || taker.End())
                    return true;
            }
        }
        foreach (MimePart child in part.Children)
        {
            if (TakePart(child, taker))
                return true;
        }
        return false;
    }

    /// <summary>A part whose encoding is not known has no text.</summary>
    private bool TakeText(MimePart part, TextTaker taker)
    {
        if (TransferDecoder.For(part.Encoding) is not { } transfer)
            return false;
        Encoding charset = Charsets.Of(part);
        long at = Shown(part.BodyStart), end = Shown(part.BodyEnd);
        if (TransferDecoder.IsPlain(part.Encoding) && charset is UTF8Encoding && end - at <= PieceOctets && taker.TryTakeUtf8(Read(at, end), out bool hasEnough))
            return hasEnough;
        Decoder decoder = charset.GetDecoder();
        while (at < end)
        {
            ReadOnlySpan<byte> piece = Read(at, Math.Min(end, at + PieceOctets));
            if (piece.IsEmpty)
                break;
            at += piece.Length;
            transfer.Write(piece, _decoded);
            if (TakeDecoded(charset, decoder, isLast: false, taker))
                return true;
        }
        transfer.Complete(_decoded);
        return TakeDecoded(charset, decoder, isLast: true, taker) || taker.End();
    }

    private bool TakeDecoded(Encoding charset, Decoder decoder, bool isLast, TextTaker taker)
    {
        Grow(ref _characters, charset.GetMaxCharCount(_decoded.WrittenCount));
        int length = decoder.GetChars(_decoded.WrittenSpan, _characters, isLast);
        _decoded.ResetWrittenCount();
        return taker.Take(_characters.AsSpan(0, length));
    }

    /// <summary>Where the original's octet lies in the message as it is shown.</summary>
    private long Shown(long original) => original + _shift;

    /// <summary>The octets from the first to before the end, at most <see cref="HeaderOctets"/> of them; valid until the next call.</summary>
    private ReadOnlySpan<byte> Read(long start, long end)
    {
        int length = (int)Math.Clamp(Math.Min(end, Octets) - start, 0, HeaderOctets);
        if (start + length <= _inMemory)
            return _octets.AsSpan((int)start, length);
        // what lies in memory is the prefix, which stays where it is
        Span<byte> into = _octets.AsSpan(_inMemory);
        if (start < _inMemory)
        {
            int rest = ReadFile(0, into[..(length - (_inMemory - (int)start))]);
            return _octets.AsSpan((int)start, _inMemory - (int)start + rest);
        }
        return into[..ReadFile(start - _inMemory, into[..length])];
    }

    private int ReadFile(long offset, Span<byte> into)
    {
        _file ??= File.OpenHandle(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        int done = 0;
        for (int read; done < into.Length; done += read)
        {
            if ((read = RandomAccess.Read(_file, into[done..], _skipped + offset + done)) == 0)
                throw new IOException($"the store is damaged: {_path} is shorter than its row says: run `dirmail store check`");
        }
        return done;
    }

    private IOException Damage() => new($"the store is damaged: the structure of the content of {_path} cannot be read: run `dirmail store check`");

    private static void Grow<T>(ref T[] array, int length)
    {
        if (array.Length < length)
            array = new T[Math.Max(length, array.Length * 2)];
    }
}

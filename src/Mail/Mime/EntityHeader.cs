using System.Collections.Immutable;
using System.Text;

namespace DirMail.Mail.Mime;

/// <summary>What the fields of one entity's header say about it. The first field of a name counts; unreadable ones count as missing.</summary>
internal sealed class EntityHeader
{
    private const int MaxDeliveredTo = 100;

    private ImmutableArray<MimeParameter> _parameters = [], _dispositionParameters = [];
    private ImmutableArray<string> _languages = [];
    private string? _contentType, _encoding, _id, _description, _md5, _disposition, _location;
    private EnvelopeFields? _envelope;

    public string Type { get; private set; } = "text";
    public string Subtype { get; private set; } = "plain";
    public byte[]? Boundary { get; private set; }
    public MessageEnvelope? Envelope { get; private set; }
    public int ReceivedCount { get; private set; }
    public ImmutableArray<string> DeliveredTo { get; private set; } = [];

    /// <param name="isMessage">Whether the fields of ENVELOPE are wanted.</param>
    /// <param name="inDigest">Then message/rfc822 is the default type (RFC 2046 5.1.5).</param>
    public void Parse(ReadOnlySpan<byte> header, bool isMessage, bool inDigest)
    {
        _envelope = isMessage ? new() : null;
        var scan = new HeaderScan(header);
        while (scan.Next())
        {
            if (scan.Name.Length > 8 && Ascii.EqualsIgnoreCase(scan.Name[..8], "content-"u8))
                TakeContentField(scan.Name[8..], scan.Value);
            else if (Ascii.EqualsIgnoreCase(scan.Name, "received"u8))
                ReceivedCount++;
            else if (isMessage && DeliveredTo.Length < MaxDeliveredTo && Ascii.EqualsIgnoreCase(scan.Name, "delivered-to"u8))
                DeliveredTo = DeliveredTo.Add(HeaderText.Unfold(scan.Value));
            else
                _envelope?.Take(scan.Name, scan.Value);
        }
        Envelope = _envelope?.ToEnvelope();
        DecideType(inDigest);
    }

    /// <summary>Something that is kept as a whole because it cannot be taken apart.</summary>
    public void MakeOpaque()
    {
        (Type, Subtype) = ("application", "octet-stream");
        _parameters = [];
    }

    public MimePart ToPart(long headerStart, long bodyStart, long bodyEnd, long bodyLines) => new()
    {
        HeaderStart = headerStart,
        BodyStart = bodyStart,
        BodyEnd = bodyEnd,
        BodyLines = bodyLines,
        Type = Type,
        Subtype = Subtype,
        Parameters = _parameters,
        ContentId = _id,
        Description = _description,
        Encoding = _encoding ?? "7bit",
        Md5 = _md5,
        Disposition = _disposition,
        DispositionParameters = _dispositionParameters,
        Languages = _languages,
        Location = _location,
    };

    private void TakeContentField(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (_contentType is null && Ascii.EqualsIgnoreCase(name, "type"u8))
            _contentType = HeaderText.Unfold(value);
        else if (_encoding is null && Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8))
            _encoding = FieldSyntax.FirstToken(HeaderText.Unfold(value));
        else if (_disposition is null && Ascii.EqualsIgnoreCase(name, "disposition"u8))
            TakeDisposition(HeaderText.Unfold(value));
        else if (_id is null && Ascii.EqualsIgnoreCase(name, "id"u8))
            _id = HeaderText.Unfold(value);
        else if (_description is null && Ascii.EqualsIgnoreCase(name, "description"u8))
            _description = HeaderText.Unfold(value);
        else if (_md5 is null && Ascii.EqualsIgnoreCase(name, "md5"u8))
            _md5 = HeaderText.Unfold(value);
        else if (_location is null && Ascii.EqualsIgnoreCase(name, "location"u8))
            _location = HeaderText.Unfold(value);
        else if (_languages.IsEmpty && Ascii.EqualsIgnoreCase(name, "language"u8))
            _languages = FieldSyntax.Tokens(HeaderText.Unfold(value));
    }

    private void TakeDisposition(string value)
    {
        _disposition = FieldSyntax.FirstToken(value);
        _dispositionParameters = _disposition is null ? [] : ParameterList.Parse(value);
    }

    private void DecideType(bool inDigest)
    {
        if (inDigest && _contentType is null)
            (Type, Subtype) = ("message", "rfc822");
        if (_contentType is null || !FieldSyntax.TryMediaType(_contentType, out string type, out string subtype))
            return;
        ImmutableArray<MimeParameter> given = ParameterList.Parse(_contentType);
        byte[]? boundary = type == "multipart" ? BoundaryOf(given) : null;
        if (type == "multipart" && boundary is null)
            return; // cannot be taken apart: read as text (RFC 2045 5.2)
        (Type, Subtype, Boundary, _parameters) = (type, subtype, boundary, given);
        // an encoded message cannot be read as it streams by: whoever wants it decodes it as a file
        if (type == "message" && subtype is "rfc822" or "global" && _encoding is "base64" or "quoted-printable")
            MakeOpaque();
    }

    private static byte[]? BoundaryOf(ImmutableArray<MimeParameter> given)
    {
        foreach (MimeParameter parameter in given)
        {
            if (parameter.Name != "boundary")
                continue;
            byte[] octets = Encoding.UTF8.GetBytes(parameter.Value.TrimEnd());
            return octets.Length is > 0 and <= Mime.Boundary.MaxOctets ? octets : null;
        }
        return null;
    }
}

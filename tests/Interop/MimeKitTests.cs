using System.Buffers;
using System.Text;
using DirMail.Mail.Mime;
using MimeKit;
using Xunit;

namespace DirMail.Interop;

/// <summary>MimeKit as the reference for the MIME reader: both must see the same parts, parameters and decoded octets in messages that are hard to read.</summary>
public sealed class MimeKitTests
{
    public static TheoryData<string, string> Messages => new()
    {
        { "no header", "\njust text\n" },
        { "plain", "Subject: x\nContent-Type: text/plain; charset=utf-8\n\nGrüße\nzwei\n" },
        { "nested multiparts", """
            Content-Type: multipart/mixed; boundary="out er"

            preamble, no part
            --out er
            Content-Type: multipart/alternative; boundary=inner

            --inner

            default type
            --inner
            Content-Type: text/html; charset="iso-8859-1"
            Content-Transfer-Encoding: quoted-printable

            <p>gr=FC=DFe=
             soft</p>
            --inner--
            epilogue of inner
            --out er
            Content-Type: application/octet-stream; name="a.bin"
            Content-Disposition: attachment; filename="a.bin"
            Content-Transfer-Encoding: base64

            AAECAwQFBgcICQoLDA0ODw==
            --out er--
            epilogue
            """ },
        { "a boundary that begins like another", """
            Content-Type: multipart/mixed; boundary=b

            --b
            Content-Type: multipart/mixed; boundary=bb

            --bb

            one
            --bb--
            --b

            two
            --b--
            """ },
        { "message in a message", """
            Content-Type: multipart/mixed; boundary=x

            --x
            Content-Type: message/rfc822

            Subject: inside
            Content-Type: multipart/mixed; boundary=y

            --y
            Content-Type: text/plain

            deep
            --y--
            --x--
            """ },
        { "digest defaults to messages", """
            Content-Type: multipart/digest; boundary=d

            --d

            Subject: one

            first
            --d

            Subject: two

            second
            --d--
            """ },
        { "parameters in pieces and with a charset", """
            Content-Type: application/pdf; name*0*=utf-8''gr%C3%BC; name*1*=%C3%9Fe; name*2=".pdf"
            Content-Disposition: attachment; filename*=utf-8'de'%e2%82%ac%20rates.pdf
            Content-Transfer-Encoding: base64

            JVBERi0=
            """ },
        { "comments and folds in the type", "Content-Type: text/plain (a comment);\n\tcharset=us-ascii;\n  format=flowed\nContent-Transfer-Encoding: 7BIT (sic)\n\nx\n" },
        { "no last boundary", "Content-Type: multipart/mixed; boundary=q\n\n--q\n\none\n--q\nContent-Type: text/x-last\n\ncut off in the mid" },
        { "empty parts", "Content-Type: multipart/mixed; boundary=e\n\n--e\n\n--e\nContent-Type: text/html\n\n\n--e--\n" },
        { "base64 with rubbish between", "Content-Type: image/png\nContent-Transfer-Encoding: base64\n\nAAEC\n  AwQF \nBgc=\n" },
        { "dashes that are no boundary", "Content-Type: multipart/mixed; boundary=z\n\n--z\n\n-- \n--y top\n--\ntext\n--z--\n" },
        { "signed, with octets that must not change", """
            Content-Type: multipart/signed; micalg=pgp-sha256; protocol="application/pgp-signature"; boundary="=_s"

            --=_s
            Content-Type: text/plain; charset=us-ascii

            to be signed  
            -- 
            me

            --=_s
            Content-Type: application/pgp-signature; name=signature.asc

            -----BEGIN PGP SIGNATURE-----

            xyz
            -----END PGP SIGNATURE-----
            --=_s--
            """ },
    };

    [Theory]
    [MemberData(nameof(Messages))]
    public async Task Sees_the_same_parts(string what, string text)
    {
        byte[] octets = Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"));
        var reader = new DirMail.Mail.Mime.MimeReader();
        reader.Write(octets);
        var ours = new List<string>();
        Describe(reader.Complete().Root, octets, "", ours);

        using var stream = new MemoryStream(octets);
        MimeMessage message = await MimeMessage.LoadAsync(stream);
        var theirs = new List<string>();
        Describe(message.Body, "", theirs);
        Assert.True(theirs.SequenceEqual(ours), $"{what}\nMimeKit:\n{string.Join('\n', theirs)}\nours:\n{string.Join('\n', ours)}");
    }

    private static void Describe(DirMail.Mail.Mime.MimePart part, byte[] octets, string indent, List<string> lines)
    {
        string body = "";
        if (part.Children.IsEmpty)
        {
            TransferDecoder decoder = TransferDecoder.For(part.Encoding)!;
            var decoded = new ArrayBufferWriter<byte>();
            decoder.Write(octets.AsSpan((int)part.BodyStart, (int)(part.BodyEnd - part.BodyStart)), decoded);
            decoder.Complete(decoded);
            body = $" {part.Encoding} {Convert.ToHexString(decoded.WrittenSpan)}";
        }
        lines.Add($"{indent}{part.Type}/{part.Subtype}{Text(part.Parameters.Select(p => (p.Name, p.Value)))} {part.Disposition}{Text(part.DispositionParameters.Select(p => (p.Name, p.Value)))}{body}");
        foreach (DirMail.Mail.Mime.MimePart child in part.Children)
            Describe(child, octets, indent + "  ", lines);
    }

    private static void Describe(MimeEntity? entity, string indent, List<string> lines)
    {
        string body = entity is MimeKit.MimePart part ? $" {TransferEncoding(part)} {Decoded(part)}" : "";
        lines.Add($"{indent}{entity!.ContentType.MimeType.ToLowerInvariant()}{Text(entity.ContentType.Parameters.Select(p => (p.Name, p.Value)))} {entity.ContentDisposition?.Disposition}{Text(entity.ContentDisposition?.Parameters.Select(p => (p.Name, p.Value)) ?? [])}{body}");
        foreach (MimeEntity? child in entity switch { Multipart multipart => multipart, MessagePart enclosed => [enclosed.Message!.Body!], _ => (IEnumerable<MimeEntity?>)[] })
            Describe(child, indent + "  ", lines);
    }

    private static string TransferEncoding(MimeKit.MimePart part) => part.ContentTransferEncoding switch
    {
        ContentEncoding.Base64 => "base64",
        ContentEncoding.QuotedPrintable => "quoted-printable",
        _ => "7bit",
    };

    private static string Decoded(MimeKit.MimePart part)
    {
        using var octets = new MemoryStream();
        part.Content?.DecodeTo(octets);
        return Convert.ToHexString(octets.ToArray());
    }

    private static string Text(IEnumerable<(string Name, string Value)> parameters) => string.Concat(parameters.Select(p => $"; {p.Name.ToLowerInvariant()}={p.Value}"));
}

using System.Buffers;
using System.Text;
using DirMail.Mail.Mime;

namespace DirMail.Unit.Mail.Mime;

public class DecodingTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("=?utf-8?Q?J=C3=B6rg?=", "Jörg")]
    [InlineData("=?UTF-8?b?SsO2cmc=?=", "Jörg")]
    [InlineData("=?iso-8859-1?q?J=F6rg_Smith?=", "Jörg Smith")]
    [InlineData("=?utf-8*de?q?J=C3=B6rg?=", "Jörg")]
    [InlineData("=?koi8-r?B?8NLJ18XU?=", "Привет")]
    [InlineData("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本")]
    [InlineData("=?gb2312?B?xOO6ww==?=", "你好")]
    [InlineData("a =?utf-8?q?b?= c", "a b c")]
    [InlineData("=?utf-8?q?a?= =?utf-8?q?b?=", "ab")]
    [InlineData("=?utf-8?q?a?=  \t =?iso-8859-1?q?=F6?=", "aö")]
    [InlineData("=?utf-8?q?a_?= =?utf-8?q?b?=", "a b")]
    [InlineData("=?utf-8?B?SsM=?= =?utf-8?B?tnJn?=", "Jörg")]
    [InlineData("=?utf-8?q?a?= x =?utf-8?q?b?=", "a x b")]
    [InlineData("=?unknown-7?q?a?=", "=?unknown-7?q?a?=")]
    [InlineData("=?utf-7?q?a?=", "=?utf-7?q?a?=")]
    [InlineData("=?utf-8?x?a?=", "=?utf-8?x?a?=")]
    [InlineData("=?utf-8?q?a", "=?utf-8?q?a")]
    [InlineData("=?", "=?")]
    [InlineData("=??q?a?=", "=??q?a?=")]
    [InlineData("=?=?utf-8?q?a?=", "=?a")]
    [InlineData("=?utf-8?q??=", "")]
    public void Reads_encoded_words(string text, string expected) => Assert.Equal(expected, EncodedWords.Decode(text));

    [Theory]
    [InlineData("base64", "SsO2cmc=", "Jörg", false)]
    [InlineData("Base64", "SsO2\r\ncmc=\r\n", "Jörg", false)]
    [InlineData("base64", "SsO2cmc", "Jörg", true)]
    [InlineData("base64", "YQ==Yg==", "ab", false)]
    [InlineData("base64", "Y*WI=", "ab", true)]
    [InlineData("base64", "Y", "", true)]
    [InlineData("quoted-printable", "J=C3=b6rg", "Jörg", false)]
    [InlineData("quoted-printable", "one =\r\ntwo  \r\nthree \t", "one two\r\nthree", false)]
    [InlineData("quoted-printable", "a= \t\r\nb=\nc=", "abc", false)]
    [InlineData("quoted-printable", "a=20\r\n", "a \r\n", false)]
    [InlineData("quoted-printable", "1=2; =4x; =", "1=2; =4x; ", true)]
    [InlineData("quoted-printable", "a= b", "a= b", true)]
    [InlineData("8bit", "Jörg=20", "Jörg=20", false)]
    public void Undoes_transfer_encodings_at_every_split(string encoding, string encoded, string expected, bool isDamaged)
    {
        byte[] octets = Encoding.UTF8.GetBytes(encoded);
        for (int split = 0; split <= octets.Length; split++)
        {
            TransferDecoder decoder = TransferDecoder.For(encoding)!;
            var output = new ArrayBufferWriter<byte>();
            decoder.Write(octets.AsSpan(0, split), output);
            decoder.Write(octets.AsSpan(split), output);
            decoder.Complete(output);
            Assert.Equal(expected, Encoding.UTF8.GetString(output.WrittenSpan));
            Assert.Equal(isDamaged, decoder.IsDamaged);
        }
    }

    [Fact]
    public void Knows_no_other_encoding() => Assert.Null(TransferDecoder.For("x-uuencode"));
}

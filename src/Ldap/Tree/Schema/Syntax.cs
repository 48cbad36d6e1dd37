using System.Buffers;
using System.Text;

namespace DirMail.Ldap.Tree.Schema;

/// <summary>Whether a value has its attribute's syntax (RFC 4517 3.3). Syntaxes not named here take any octets.</summary>
internal static class Syntax
{
    private const string Arc = "1.3.6.1.4.1.1466.115.121.1.";

    private static readonly SearchValues<byte> s_printable = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'()+,-./:?= "u8);

    public static bool Allows(string syntax, byte[] value)
    {
        int length = syntax.IndexOf('{');
        string oid = length < 0 ? syntax : syntax[..length];
        return oid switch
        {
            Arc + "7" => NormalForm.Boolean(value) is not null,
            Arc + "11" => value.Length == 2 && IsPrintable(value),
            Arc + "22" => IsPrintable(value.AsSpan(0, value.AsSpan().IndexOf((byte)'$') is var end and >= 0 ? end : value.Length)),
            Arc + "44" or Arc + "50" => IsPrintable(value),
            Arc + "12" or Arc + "34" => NormalForm.Name(value) is not null,
            Arc + "15" or Arc + "41" => value.Length > 0 && NormalForm.Text(value) is not null,
            Arc + "24" => NormalForm.Time(value) is not null,
            Arc + "26" => Ascii.IsValid(value),
            Arc + "27" => NormalForm.Integer(value) is not null,
            Arc + "36" => value.Length > 0 && value.All(b => b == ' ' || char.IsAsciiDigit((char)b)),
            Arc + "38" => value.Length > 0 && Ascii.IsValid(value),
            "1.3.6.1.1.16.1" => NormalForm.Uuid(value) is not null,
            _ => true,
        };
    }

    /// <summary>RFC 4517 3.3.29.</summary>
    private static bool IsPrintable(ReadOnlySpan<byte> value) => value.Length > 0 && !value.ContainsAnyExcept(s_printable);
}

namespace DirMail.Ldap.Tree.Password;

/// <summary>Base 64 plain and adapted: "." for "+" and no padding, as the PBKDF2 values have it.</summary>
internal static class Base64
{
    public static byte[]? Read(string text)
    {
        byte[] octets = new byte[text.Length];
        return Convert.TryFromBase64String(text, octets, out int written) ? octets[..written] : null;
    }

    public static byte[]? ReadAdapted(string text) => Read(text.Replace('.', '+').PadRight((text.Length + 3) / 4 * 4, '='));

    public static string WriteAdapted(byte[] octets) => Convert.ToBase64String(octets).TrimEnd('=').Replace('+', '.');
}

using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;

namespace DirMail.Wire;

/// <summary>What a client claims: decoded, not checked. Never logged.</summary>
public sealed record SaslCredentials(string AuthenticationId, string AuthorizationId, string Password)
{
    /// <summary>False: the client wants to act as somebody else, which nobody may here (RFC 4616 2).</summary>
    public bool IsForSelf => AuthorizationId.Length == 0 || AuthorizationId == AuthenticationId;

    public override string ToString() => $"{AuthenticationId} (password hidden)";
}

/// <summary>Decodes PLAIN (RFC 4616) and LOGIN. Base64 and UTF-8 errors, NULs and control characters are null, never exceptions.</summary>
public static class Sasl
{
    /// <summary>Longest response taken: three fields of 255 characters in UTF-8 and more than enough.</summary>
    private const int MaxOctets = 4096;

    /// <summary>The base64 of a PLAIN response: authorization id, NUL, authentication id, NUL, password.</summary>
    public static SaslCredentials? Plain(ReadOnlySpan<byte> base64)
    {
        if (Decode(base64) is not { } octets)
            return null;
        ReadOnlySpan<byte> rest = octets;
        int first = rest.IndexOf((byte)0);
        int last = rest.LastIndexOf((byte)0);
        if (first < 0 || last == first)
            return null;
        string? authorization = Text(rest[..first]), authentication = Text(rest[(first + 1)..last]), password = Text(rest[(last + 1)..]);
        return authorization is null || string.IsNullOrEmpty(authentication) || password is null ? null : new(authentication, authorization, password);
    }

    /// <summary>One base64 answer of the LOGIN dialogue (user name or password).</summary>
    public static string? LoginAnswer(ReadOnlySpan<byte> base64) => Decode(base64) is { } octets ? Text(octets) : null;

    private static byte[]? Decode(ReadOnlySpan<byte> base64)
    {
        // "=" alone stands for an empty initial response (RFC 4954 4)
        if (base64.SequenceEqual("="u8))
            return [];
        if (base64.Length > MaxOctets)
            return null;
        var octets = new byte[Base64.GetMaxDecodedFromUtf8Length(base64.Length)];
        OperationStatus status = Base64.DecodeFromUtf8(base64, octets, out int taken, out int written);
        return status == OperationStatus.Done && taken == base64.Length ? octets[..written] : null;
    }

    private static string? Text(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
            return null;
        string text = Encoding.UTF8.GetString(utf8);
        foreach (char c in text)
            if (char.IsControl(c))
                return null;
        return text;
    }
}

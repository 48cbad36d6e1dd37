namespace DirMail.Wire;

/// <summary>What a client claims: decoded, not checked. Never logged.</summary>
public sealed record SaslCredentials(string AuthenticationId, string AuthorizationId, string Password)
{
    public override string ToString() => $"{AuthenticationId} (password hidden)";
}

/// <summary>Decodes PLAIN (RFC 4616) and LOGIN. Base64 and UTF-8 errors, NULs and control characters are null, never exceptions.</summary>
public static class Sasl
{
    /// <summary>The base64 of a PLAIN response.</summary>
    public static SaslCredentials? Plain(ReadOnlySpan<byte> base64) => throw new NotImplementedException();

    /// <summary>One base64 answer of the LOGIN dialogue (user name or password).</summary>
    public static string? LoginAnswer(ReadOnlySpan<byte> base64) => throw new NotImplementedException();
}

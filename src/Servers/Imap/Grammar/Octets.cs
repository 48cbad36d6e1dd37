namespace DirMail.Servers.Imap.Grammar;

/// <summary>Classes of octets in commands (RFC 9051 9). Octets above 127 are tolerated where text may stand: some clients send raw UTF-8 names.</summary>
internal static class Octets
{
    /// <summary>ATOM-CHAR.</summary>
    public static bool IsAtom(byte octet) => octet > ' ' && octet != 0x7F && octet is not ((byte)'(' or (byte)')' or (byte)'{' or (byte)'%' or (byte)'*' or (byte)'"' or (byte)'\\' or (byte)']');

    public static bool IsAstring(byte octet) => octet == ']' || IsAtom(octet);

    public static bool IsList(byte octet) => octet is (byte)'%' or (byte)'*' || IsAstring(octet);

    /// <summary>What a name inside a section may consist of: "HEADER.FIELDS", a field's name.</summary>
    public static bool IsSection(byte octet) => octet != '[' && octet != '<' && IsAtom(octet);
}

using System.Collections.Frozen;

namespace DirMail.Mail.Sieve;

/// <summary>What a script may require (RFC 5228 3.2, 6.1): what is built, and nothing else.</summary>
internal static class Extensions
{
    public const string FileInto = "fileinto", Envelope = "envelope", Reject = "reject", EReject = "ereject", Copy = "copy", Flags = "imap4flags", Subaddress = "subaddress",
        Relational = "relational", EncodedCharacter = "encoded-character", Numeric = "comparator-i;ascii-numeric", Variables = "variables", Vacation = "vacation";

    public static FrozenSet<string> Known { get; } = FrozenSet.ToFrozenSet(
        [FileInto, Envelope, Reject, EReject, Copy, Flags, Subaddress, Relational, EncodedCharacter, Numeric, Variables, Vacation, "comparator-i;octet", "comparator-i;ascii-casemap"]);
}

using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace DirMail.Mail.Sieve;

/// <summary>An automatic reply that a script asks for (RFC 5230).</summary>
/// <param name="Days">For so long a sender gets no other of the same <see cref="Handle"/>.</param>
/// <param name="Subject">Null: made of that of the message.</param>
/// <param name="From">Null, or none of the owner's: the address that the message was for.</param>
/// <param name="Addresses">Further addresses of the owner, by which the message may name him.</param>
public sealed record SieveVacation(string Text, int Days, string? Subject, MailAddress? From, ImmutableArray<MailAddress> Addresses)
{
    private const int LeastDays = 1, MostDays = 366, UsualDays = 7;

    /// <summary>What the script calls the answer; null: it is known by what it says.</summary>
    public string? Name { get; init; }

    /// <summary>Which answers are one, in letters and digits (RFC 5230 4.2).</summary>
    public string Handle => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Name is null ? $"{Subject}\n{From}\n{Text}" : $"= {Name}")).AsSpan(0, 12));

    /// <param name="days">As written; null: nothing was.</param>
    internal static int Within(long? days) => (int)Math.Clamp(days ?? UsualDays, LeastDays, MostDays);
}

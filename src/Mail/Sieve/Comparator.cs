using System.Text;

namespace DirMail.Mail.Sieve;

/// <summary>How two strings are compared (RFC 4790). Strings are made <see cref="Normal"/> once, then compared.</summary>
internal abstract class Comparator
{
    /// <summary>Octets in UTF-8 (RFC 4790 9.3).</summary>
    public static readonly Comparator Octet = new ByOctets("i;octet");

    /// <summary>The same without the case of ASCII letters (RFC 4790 9.2).</summary>
    public static readonly Comparator AsciiCasemap = new WithoutCase("i;ascii-casemap");

    /// <summary>By the number that they begin with; without one they are larger than all numbers (RFC 4790 9.1).</summary>
    public static readonly Comparator AsciiNumeric = new ByNumber("i;ascii-numeric");

    private Comparator(string name) => Name = name;

    public string Name { get; }

    /// <summary>Whether a part of a string may be looked for.</summary>
    public virtual bool HasSubstrings => true;

    public static Comparator? Find(string name) => new[] { Octet, AsciiCasemap, AsciiNumeric }.FirstOrDefault(comparator => comparator.Name == name);

    public virtual string Normal(string text) => text;

    /// <summary>Of two normal strings.</summary>
    public virtual int Compare(string one, string other) =>
        string.Equals(one, other, StringComparison.Ordinal) ? 0 : Encoding.UTF8.GetBytes(one).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(other));

    private sealed class ByOctets(string name) : Comparator(name);

    private sealed class WithoutCase(string name) : Comparator(name)
    {
        public override string Normal(string text) =>
            text.AsSpan().ContainsAnyInRange('a', 'z') ? string.Create(text.Length, text, static (upper, from) =>
            {
                for (int i = 0; i < upper.Length; i++)
                    upper[i] = char.IsAsciiLetterLower(from[i]) ? (char)(from[i] - 32) : from[i];
            }) : text;
    }

    private sealed class ByNumber(string name) : Comparator(name)
    {
        public override bool HasSubstrings => false;

        /// <summary>Digits without zeros before them; "" of what begins with none.</summary>
        public override string Normal(string text)
        {
            int digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
            string number = digits < 0 ? text : text[..digits];
            return number.Length == 0 ? "" : number.TrimStart('0') is { Length: > 0 } some ? some : "0";
        }

        public override int Compare(string one, string other) =>
            one.Length == 0 || other.Length == 0 ? (one.Length == 0 ? 1 : 0) - (other.Length == 0 ? 1 : 0)
            : one.Length != other.Length ? one.Length.CompareTo(other.Length) : string.CompareOrdinal(one, other);
    }
}

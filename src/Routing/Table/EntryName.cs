using System.Buffers;
using DirMail.Ldap;

namespace DirMail.Routing.Table;

/// <summary>
/// The name of a user's entry. Nearly all are named by their uid below a place that they share (ou=People of a domain): they share one object that holds the place's
/// name, and a million names of a hundred characters, twice each, need not be kept.
/// </summary>
internal abstract class EntryName
{
    private static readonly SearchValues<char> s_plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_@");

    public static EntryName None { get; } = new Own(Ldap.Dn.Root);

    /// <summary>As the directory writes it.</summary>
    public abstract string Text(string uid);

    /// <summary>Its normal form.</summary>
    public abstract string Key(string uid);

    /// <summary>Whether the entry is found by its uid alone (<see cref="TableState.FindByName"/>).</summary>
    public bool IsByUid => this is ByUid;

    /// <summary>The place and the uid make up the whole name, text and normal form.</summary>
    public static bool IsNamedByUid(Dn dn, string uid)
    {
        int end = ByUid.Prefix.Length + uid.Length;
        return uid.Length > 0 && dn.Text.Length > end && dn.Text[end] == ',' && dn.Normal.Length > end && dn.Normal[end] == ','
            && dn.Text.StartsWith(ByUid.Prefix, StringComparison.Ordinal) && dn.Text.AsSpan(ByUid.Prefix.Length, uid.Length).SequenceEqual(uid)
            && dn.Normal.StartsWith(ByUid.Prefix, StringComparison.Ordinal) && dn.Normal.AsSpan(ByUid.Prefix.Length, uid.Length).SequenceEqual(uid.ToLowerInvariant());
    }

    /// <summary>The same of a name's text, for a uid whose normal form is itself in lower case; the place is then what follows.</summary>
    public static bool IsNamedByPlainUid(ReadOnlySpan<char> dn, string uid)
    {
        int end = ByUid.Prefix.Length + uid.Length;
        return uid.Length > 0 && dn.Length > end && dn[end] == ',' && dn.StartsWith(ByUid.Prefix, StringComparison.Ordinal) && dn[ByUid.Prefix.Length..end].SequenceEqual(uid)
            && !uid.AsSpan().ContainsAnyExcept(s_plain);
    }

    /// <summary>The uid in a normal form that may be a <see cref="ByUid"/>'s; empty: it is none.</summary>
    public static ReadOnlySpan<char> UidIn(string key) =>
        key.StartsWith(ByUid.Prefix, StringComparison.Ordinal) && key.IndexOf(',') is var comma and > 0 ? key.AsSpan(ByUid.Prefix.Length, comma - ByUid.Prefix.Length) : [];

    /// <summary>Any name, kept whole.</summary>
    public sealed class Own(Dn dn) : EntryName
    {
        public override string Text(string uid) => dn.Text;
        public override string Key(string uid) => dn.Normal;
    }

    /// <summary>"uid=…" below a place.</summary>
    public sealed class ByUid(string placeText, string placeKey) : EntryName
    {
        public const string Prefix = "uid=";

        /// <summary>Normal form of the place.</summary>
        public string PlaceKey => placeKey;

        public override string Text(string uid) => $"{Prefix}{uid},{placeText}";
        public override string Key(string uid) => $"{Prefix}{uid.ToLowerInvariant()},{placeKey}";
    }
}

using System.Collections.Immutable;
using DirMail.Store;

namespace DirMail.Servers.Imap.Grammar;

/// <summary>Flags as clients write them (RFC 9051 2.3.2).</summary>
internal static class Flags
{
    /// <summary>Keywords that one command may set: they are kept with each message.</summary>
    public const int MaxKeywords = 50;

    public const int MaxKeywordLength = 100;

    /// <summary>In parentheses, or (STORE) one or more without.</summary>
    public static MessageFlags Read(ImapReader reader, bool needsParentheses)
    {
        bool hasParentheses = reader.Next == '(' || needsParentheses;
        SystemFlags system = SystemFlags.None;
        ImmutableArray<string>.Builder keywords = ImmutableArray.CreateBuilder<string>();
        if (hasParentheses && (!reader.Open() || reader.Next == ')'))
        {
            reader.Close();
            return MessageFlags.None;
        }
        do
            system |= ReadOne(reader, keywords);
        while (reader.Take(' ') && reader.Ok);
        if (hasParentheses)
            reader.Close();
        return new(system, keywords.DrainToImmutable());
    }

    public static MessageFlags Apply(this FlagChange change, MessageFlags flags) => change.Within.Limit(flags, change.Kind switch
    {
        FlagChangeKind.Add => new(flags.System | change.Flags.System, flags.Keywords.Union(change.Flags.Keywords, StringComparer.OrdinalIgnoreCase).ToImmutableArray()),
        FlagChangeKind.Remove => new(flags.System & ~change.Flags.System, flags.Keywords.Except(change.Flags.Keywords, StringComparer.OrdinalIgnoreCase).ToImmutableArray()),
        _ => change.Flags,
    });

    /// <summary>Keywords compare without case and order.</summary>
    public static bool Same(MessageFlags one, MessageFlags other) => one.System == other.System
        && (one.Keywords.Length == 0 && other.Keywords.Length == 0 || one.Keywords.ToHashSet(StringComparer.OrdinalIgnoreCase).SetEquals(other.Keywords));

    private static SystemFlags ReadOne(ImapReader reader, ImmutableArray<string>.Builder keywords)
    {
        if (!reader.Take('\\'))
        {
            string keyword = reader.Atom();
            if (keywords.Count >= MaxKeywords || keyword.Length > MaxKeywordLength)
                reader.Fail("too many or too long keywords");
            else if (!keywords.Contains(keyword, StringComparer.OrdinalIgnoreCase))
                keywords.Add(keyword);
            return SystemFlags.None;
        }
        switch (reader.Word())
        {
            case "SEEN": return SystemFlags.Seen;
            case "ANSWERED": return SystemFlags.Answered;
            case "FLAGGED": return SystemFlags.Flagged;
            case "DELETED": return SystemFlags.Deleted;
            case "DRAFT": return SystemFlags.Draft;
            case "RECENT": return SystemFlags.None; // the server's own in IMAP4rev1; some clients send back what they were told
            default:
                reader.Fail("expected a flag that this server knows");
                return SystemFlags.None;
        }
    }
}

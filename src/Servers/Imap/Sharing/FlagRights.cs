using DirMail.Store;

namespace DirMail.Servers.Imap.Sharing;

/// <summary>Which right each flag needs (RFC 4314 4, Changing flags).</summary>
internal static class FlagRights
{
    private const SystemFlags Written = SystemFlags.Answered | SystemFlags.Flagged | SystemFlags.Draft;

    public static FlagScope Of(Rights rights)
    {
        bool writes = rights.HasFlag(Rights.WriteFlags);
        return new((rights.HasFlag(Rights.KeepSeen) ? SystemFlags.Seen : 0) | (rights.HasFlag(Rights.DeleteMessages) ? SystemFlags.Deleted : 0) | (writes ? Written : 0), writes);
    }

    /// <summary>Whether a change of these flags would change nothing that may be changed, though it names something (RFC 4314 4, STORE).</summary>
    public static bool Refuses(FlagScope scope, FlagChange change) => change.Kind == FlagChangeKind.Replace
        ? scope.System == SystemFlags.None && !scope.Keywords
        : (change.Flags.System & scope.System) == SystemFlags.None && (!scope.Keywords || change.Flags.Keywords.IsDefaultOrEmpty)
            && (change.Flags.System != SystemFlags.None || !change.Flags.Keywords.IsDefaultOrEmpty);
}

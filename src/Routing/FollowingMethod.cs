namespace DirMail.Routing;

/// <summary>How the directory is followed.</summary>
public enum FollowingMethod
{
    /// <summary>It pushes changes (RFC 4533).</summary>
    Sync,

    /// <summary>It offers no content synchronisation and is asked for changes.</summary>
    Poll,
}

namespace DirMail.Routing.Following;

/// <summary>One connection's way of keeping the table in step: pushes (<see cref="SyncSession"/>) or polls (<see cref="PollSession"/>).</summary>
internal interface IFollowing : IAsyncDisposable
{
    /// <summary>Returns when all that the directory holds is in force.</summary>
    /// <returns>False when the server wants a full refresh: begin anew without a cookie.</returns>
    Task<bool> RefreshAsync();

    /// <summary>Brings changes into force until the connection ends.</summary>
    /// <returns>False when the server wants a full refresh.</returns>
    Task<bool> PersistAsync();
}

namespace DirMail.Transfer;

/// <summary>
/// Works the durable queue: loads due rows of each (domain, channel), gives the domains their turn, hands deliveries to channels and writes each attempt's end
/// in one commit. The schedule in memory is only an index over the rows; a crash loses nothing but the attempt under way.
/// </summary>
public sealed class Scheduler : IAsyncDisposable
{
    /// <summary>Runs until disposed; waits for deliveries under way when disposed, at most the drain time.</summary>
    public void Start() => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}

using System.Net;

namespace DirMail.Wire;

/// <summary>Connections open now, in all and by client address. Holds an entry only for clients that are connected.</summary>
internal sealed class ClientCounts(ListenerLimits limits)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, int> _byClient = [];
    private int _open;

    public int Open => Volatile.Read(ref _open);

    /// <summary>Null: counted, and the caller owes one <see cref="Leave"/>.</summary>
    public Refusal? Enter(IPAddress client)
    {
        lock (_lock)
        {
            if (_open >= limits.MaxConnections)
                return Refusal.Total;
            int own = _byClient.GetValueOrDefault(client);
            if (own >= limits.MaxPerClient)
                return Refusal.Client;
            _byClient[client] = own + 1;
            _open++;
            return null;
        }
    }

    public void Leave(IPAddress client)
    {
        lock (_lock)
        {
            _open--;
            if (_byClient[client] == 1)
                _byClient.Remove(client);
            else
                _byClient[client]--;
        }
    }
}

/// <summary>Which limit an accepted connection met.</summary>
internal enum Refusal
{
    Total,
    Client,
}

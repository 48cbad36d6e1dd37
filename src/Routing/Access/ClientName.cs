using System.Collections.Immutable;

namespace DirMail.Routing;

/// <summary>
/// What DNS says a client is called: a fact that the caller gives to the rules of allowed services, which never ask themselves. A name counts only when it leads
/// back to the client's address (RFC 8601 2.7.3), as with TCP Wrappers (hosts_access(5)). As text it goes on from "the client".
/// </summary>
public abstract record ClientName
{
    private ClientName()
    {
    }

    /// <summary>Nobody has asked.</summary>
    public static ClientName NotAsked { get; } = new Unasked();

    /// <summary>Asked, and no answer is there: no resolver, too slow, or a failure that may pass.</summary>
    public static ClientName Untold { get; } = new Unanswered();

    /// <summary>The address has no name.</summary>
    public static ClientName None { get; } = new Absent();

    /// <summary>The address has names, and none of them leads back to it.</summary>
    public static ClientName Spoofed { get; } = new Unconfirmed();

    /// <summary>Of every loopback address, without asking (RFC 6761 6.3).</summary>
    public static ClientName Loopback { get; } = new Checked(["localhost"]);

    /// <param name="Names">At least one; lower case, without the dot at the end. All that lead back, so that the order in which DNS gives them decides nothing.</param>
    public sealed record Checked(ImmutableArray<string> Names) : ClientName
    {
        public override string ToString() => $"is called {string.Join(", ", Names)}";
    }

    private sealed record Unasked : ClientName
    {
        public override string ToString() => "has a name that nobody has asked for";
    }

    private sealed record Unanswered : ClientName
    {
        public override string ToString() => "has a name that cannot be looked up now";
    }

    private sealed record Absent : ClientName
    {
        public override string ToString() => "has no name";
    }

    private sealed record Unconfirmed : ClientName
    {
        public override string ToString() => "has a name that does not lead back to its address";
    }
}

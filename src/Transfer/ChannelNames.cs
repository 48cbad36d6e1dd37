namespace DirMail.Transfer;

/// <summary>Channels that the transfer unit itself names; all others come from settings.</summary>
public static class ChannelNames
{
    /// <summary>Leaves this host by SMTP.</summary>
    public const string Smtp = "smtp";

    /// <summary>Mail for a mailbox here that cannot be delivered in the accepting commit: resolved again at each attempt.</summary>
    public const string Local = "local";

    /// <summary>For recipients on hold: released in order of arrival, and mail that comes meanwhile stands behind.</summary>
    public const string Hold = "hold";

    /// <summary>What was accepted and turned out undeliverable: its only attempt fails with the row's reason, and the report goes out in that commit.</summary>
    public const string Return = "return";

    /// <summary>Groups and aliases of several, whose poster wants to hear of success: the only attempt succeeds, and the report goes out in that commit.</summary>
    public const string Expanded = "expanded";

    /// <summary>Users here who answer automatically.</summary>
    public const string Autoreply = "autoreply";

    /// <summary>Recipients to be resolved again later, in order of arrival.</summary>
    public const string Reprocess = "reprocess";

    /// <summary>Rows that wait for a state of their recipient, not for another host.</summary>
    internal static bool IsHere(string channel) => channel is Local or Hold or Return or Reprocess or Expanded;

    /// <summary>One row at a time, in order of arrival.</summary>
    internal static bool IsInOrder(string channel) => channel is Hold or Reprocess;
}

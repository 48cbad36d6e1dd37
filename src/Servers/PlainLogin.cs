using System.Net;
using DirMail.Wire;

namespace DirMail.Servers;

/// <summary>Whether a password may be sent without TLS (setting <c>plainLogin</c>).</summary>
public enum PlainLogin
{
    /// <summary>Only under TLS.</summary>
    Never,

    /// <summary>Also in plain text when both ends are loopback addresses.</summary>
    Loopback,
}

internal static class PlainLogins
{
    /// <summary>The one rule of all protocols: under TLS always, in plain text as the setting says.</summary>
    public static bool MaySendPassword(this Connection connection, PlainLogin setting) => connection.IsProtected
        || (setting == PlainLogin.Loopback && IPAddress.IsLoopback(connection.Remote.Address) && IPAddress.IsLoopback(connection.Local.Address));
}

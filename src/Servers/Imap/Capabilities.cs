using System.Globalization;
using System.Text;

namespace DirMail.Servers.Imap;

/// <summary>What is announced: what the command table holds, and what depends on the connection.</summary>
internal static class Capabilities
{
    private static readonly string[] s_fixed = [.. ImapCommandTable.Rows.Where(row => row.Capability is not null).SelectMany(row => row.Capability!.Split(' '))];

    public static string Of(ImapSession session)
    {
        StringBuilder announced = new("");
        foreach (string capability in s_fixed)
        {
            announced.Append(announced.Length > 0 ? " " : "").Append(capability);
            if (capability == "APPENDLIMIT")
                announced.Append(CultureInfo.InvariantCulture, $"={session.Services.Settings.MaxMessageOctets}");
        }
        if (session.MayStartTls)
            announced.Append(" STARTTLS");
        if (session.User is null)
            announced.Append(session.MayLogIn ? " AUTH=PLAIN AUTH=LOGIN" : " LOGINDISABLED");
        return announced.ToString();
    }
}

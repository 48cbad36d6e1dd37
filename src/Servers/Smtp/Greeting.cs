using DirMail.Mail;

namespace DirMail.Servers.Smtp;

/// <summary>What HELO and EHLO share: the claimed name is told back beside the real one, and a contradiction is noted, never refused (RFC 5321 4.1.4).</summary>
internal static class Greeting
{
    /// <summary>One word of printable ASCII: real clients claim names that are none, and mail from them is wanted.</summary>
    public static bool IsName(string claimed) => claimed.Length is > 0 and <= MailAddress.MaxDomainOctets && claimed.All(static c => c is > ' ' and < (char)127);

    public static async Task<string> HelloAsync(SmtpSession session, string claimed)
    {
        if (!session.ReverseName.IsSettled)
            await session.ReverseName.GetAsync();
        string real = session.ReverseName.Text;
        if (real.Length > 0 && !real.Equals(claimed.TrimEnd('.'), StringComparison.OrdinalIgnoreCase))
        {
            Log.HostClaimed(session.Services.Logger, real, claimed);
            Metrics.HostClaimed();
        }
        return $"{session.HostName} Hello {claimed} ({(real.Length > 0 ? real : $"[{session.Client}]")})";
    }
}

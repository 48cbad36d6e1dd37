using System.Net;
using System.Text;
using DirMail.Mail;
using DirMail.Routing;

namespace DirMail.Channels.Smtp;

/// <summary>
/// AUTH at a smart host (RFC 4954): PLAIN (RFC 4616), or LOGIN where that is all there is. Only under TLS or to an address of this machine; the password is in no reason that is given,
/// whatever the server says.
/// </summary>
internal sealed class LogIn(SmtpPeer peer, RelayLogin login, TimeSpan limit)
{
    /// <summary>Longer commands are sent in two parts (RFC 4954 4).</summary>
    private const int MaxCommand = 500;

    /// <summary>Null: logged in. Else what came in between, to be read after the server's name.</summary>
    public async Task<string?> RunAsync(CancellationToken cancellationToken)
    {
        if (!peer.Connection.IsProtected && !IPAddress.IsLoopback(peer.Key.Destination.Address))
            return "is not told a password without TLS";
        if (Password() is not { } password)
            return "cannot be logged in to: there is no password";
        string plain = Base64($"\0{login.Name}\0{password}"), part = Base64(password);
        if (await TryAsync(plain, part, cancellationToken) is not { } reply)
            return "offers neither PLAIN nor LOGIN to log in by";
        if (reply.Code == 235)
            return null;
        string said = reply.IsLost ? reply.Text : $"said: {reply.Quoted}";
        foreach (string secret in (string[])[plain, part, password])
            said = said.Replace(secret, "...", StringComparison.Ordinal);
        return $"{Responses.LoginNotTaken.Reason}, it {said}";
    }

    private async Task<RemoteReply?> TryAsync(string plain, string password, CancellationToken cancellationToken)
    {
        if (peer.Offers.Logins.Contains("PLAIN"))
            return plain.Length <= MaxCommand ? await AskAsync("AUTH PLAIN " + plain) : await InTurnAsync("AUTH PLAIN", plain);
        return peer.Offers.Logins.Contains("LOGIN") ? await InTurnAsync("AUTH LOGIN", Base64(login.Name), password) : null;

        async Task<RemoteReply> InTurnAsync(string command, params string[] answers)
        {
            RemoteReply reply = await AskAsync(command);
            foreach (string answer in answers)
                if (reply.Code == 334)
                    reply = await AskAsync(answer);
            return reply;
        }

        Task<RemoteReply> AskAsync(string line) => peer.AskAsync(line, limit, cancellationToken).AsTask();
    }

    /// <summary>Null: its file is empty, or not ours to read.</summary>
    private string? Password()
    {
        try
        {
            return File.ReadLines(login.PasswordFile).FirstOrDefault() is { Length: > 0 } password ? password : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}

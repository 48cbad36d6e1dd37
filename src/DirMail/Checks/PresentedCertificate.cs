using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace DirMail.Checks;

/// <summary>The certificate that the server shows after STARTTLS, seen by asking for it as another server would.</summary>
/// <param name="Certificate">Null: none was shown, and <paramref name="Failure"/> says why.</param>
/// <param name="IsTrusted">Signed by an authority that this host trusts.</param>
internal sealed record PresentedCertificate(X509Certificate2? Certificate, bool IsTrusted, string Failure)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Soon = TimeSpan.FromDays(14);

    /// <summary>Asks the SMTP service at the address.</summary>
    public static async Task<PresentedCertificate> AskAsync(IPEndPoint server, string name, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            using var client = new TcpClient(server.AddressFamily);
            await client.ConnectAsync(server, limit.Token);
            return await AskAsync(client.GetStream(), name, limit.Token);
        }
        catch (Exception failure) when (failure is SocketException or IOException or AuthenticationException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new(null, false, failure is OperationCanceledException ? "no answer" : failure.Message);
        }
    }

    public Finding Judge(IPAddress address, string name)
    {
        string subject = $"{name} at {address}";
        if (Certificate is null)
            return new("certificate", subject, FindingVerdict.Unknown, $"none was seen: {Failure}", "does the server listen there? (`dirmail status`)");
        string until = Certificate.NotAfter.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), found = $"{Certificate.Subject} until {until}";
        if (!Certificate.MatchesHostname(name))
            return new("certificate", subject, FindingVerdict.Wrong, found, $"it is not for {name}: mail programs warn or refuse, other servers mostly go on");
        if (Certificate.NotAfter < DateTime.Now + Soon)
            return new("certificate", subject, FindingVerdict.Wrong, found, "renew it");
        return IsTrusted ? new("certificate", subject, FindingVerdict.Ok, found)
            : new("certificate", subject, FindingVerdict.Unknown, $"{found}, signed by nobody this host trusts", "mail programs warn, other servers mostly go on");
    }

    private static async Task<PresentedCertificate> AskAsync(NetworkStream stream, string name, CancellationToken cancellationToken)
    {
        foreach (string? command in (string?[])[null, "EHLO localhost", "STARTTLS"])
            if (await SayAsync(stream, command, cancellationToken) is var reply && reply is not ['2', ..])
                return new(null, false, reply);
        X509Certificate2? seen = null;
        bool isTrusted = false;
        await using var tls = new SslStream(stream, leaveInnerStreamOpen: true, (_, certificate, _, errors) =>
        {
            seen = certificate is null ? null : X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
            isTrusted = (errors & SslPolicyErrors.RemoteCertificateChainErrors) == 0;
            return true;
        });
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = name }, cancellationToken);
        return new(seen, isTrusted, seen is null ? "the server showed none" : "");
    }

    /// <summary>Octet by octet, so that nothing of the TLS that follows is taken; the last line of the reply.</summary>
    private static async Task<string> SayAsync(NetworkStream stream, string? command, CancellationToken cancellationToken)
    {
        if (command is not null)
            await stream.WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n"), cancellationToken);
        var octet = new byte[1];
        for (var line = new StringBuilder(); ;)
        {
            await stream.ReadExactlyAsync(octet, cancellationToken);
            if (octet[0] != '\n')
                line.Append((char)octet[0]);
            else if (line.Length > 3 && line[3] == '-')
                line.Clear();
            else
                return line.ToString().TrimEnd('\r');
        }
    }
}

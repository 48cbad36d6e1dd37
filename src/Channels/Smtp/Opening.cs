using System.Net;
using System.Net.Sockets;
using DirMail.Mail;
using DirMail.Routing;
using DirMail.Store;
using DirMail.Wire;
using Microsoft.Extensions.Logging;

namespace DirMail.Channels.Smtp;

/// <summary>
/// Opens a connection as an identity: bound to its address of the destination's family, or, for the host's own mail, unbound and then checked. Then greeting, EHLO, and TLS
/// when it is offered; a server whose TLS fails is asked again without, for plain text is what it would get from anyone else (RFC 7435), unless it must be protected
/// (<see cref="TlsNeed"/>): then nothing is sent, for anyone on the way can take STARTTLS away or show a certificate of his own. Last the login, where the route has one.
/// </summary>
internal sealed class Opening(SmtpChannelSettings settings, Func<IPAddress, bool> isVirtual, MissingSources missing, ILogger logger)
{
    /// <summary>Null when the identity owns no address of that family.</summary>
    public PeerKey? KeyFor(OutgoingIdentity identity, NextHop hop)
    {
        IPEndPoint destination = hop.Address;
        bool isV4 = destination.AddressFamily == AddressFamily.InterNetwork;
        if (identity.IsBound)
            return (isV4 ? identity.V4 : identity.V6) is { } own ? new(own, identity.HostName, destination, hop.Need, hop.Login) : null;
        return new(settings.HostAddress?.AddressFamily == destination.AddressFamily ? settings.HostAddress : null, identity.HostName, destination, hop.Need, hop.Login);
    }

    /// <summary>Whether a connection that is not bound to an identity's address may be used: not from a virtual address.</summary>
    public bool MayUse(OutgoingIdentity identity, IPAddress local) => identity.IsBound || !isVirtual(local);

    public async Task<OpenResult> OpenAsync(OutgoingIdentity identity, PeerKey key, string hostName, TimeSpan connectLimit, CancellationToken cancellationToken)
    {
        OpenResult first = await TryAsync(identity, key, hostName, connectLimit, UseTls.WhenOffered, cancellationToken);
        return first is OpenResult.TlsFailed && !key.Need.IsRequired ? await TryAsync(identity, key, hostName, connectLimit, UseTls.Never, cancellationToken) : first;
    }

    private async Task<OpenResult> TryAsync(OutgoingIdentity identity, PeerKey key, string hostName, TimeSpan connectLimit, UseTls tls, CancellationToken cancellationToken)
    {
        switch (await Dialer.ConnectAsync(key.Source, key.Destination, connectLimit, cancellationToken))
        {
            case DialResult.SourceNotAvailable:
                missing.Note(key.Source!, identity.HostName);
                return new OpenResult.Stopped(Responses.SourceAddressNotHere with { Reason = $"{Responses.SourceAddressNotHere.Reason}: {key.Source}" });
            case DialResult.Failed failed:
                return new OpenResult.Skipped(new Outcome.Deferred(new(4, 4, 1), $"{SmtpPeer.Describe(hostName, key.Destination)}: {failed.Reason}") { Stage = Stage.Connect }) { IsDead = true };
            case DialResult.Connected { Connection: var connection } when !MayUse(identity, connection.Local.Address):
                await connection.DisposeAsync();
                Log.VirtualSourceChosen(logger, connection.Local.Address);
                return new OpenResult.Stopped(Responses.SourceAddressNotOurs with { Reason = $"{Responses.SourceAddressNotOurs.Reason}, {connection.Local.Address}: the setting hostAddress must name the host's own" });
            case DialResult.Connected { Connection: var connection }:
                return await GreetAsync(connection, key, hostName, tls, cancellationToken);
            case var other:
                throw new InvalidOperationException(other.GetType().Name);
        }
    }

    private async Task<OpenResult> GreetAsync(Connection connection, PeerKey key, string hostName, UseTls tls, CancellationToken cancellationToken)
    {
        OpenResult result = await ExchangeAsync(connection, key, hostName, tls, cancellationToken);
        if (result is OpenResult.Opened { Peer: var greeted } && key.Login is { } login)
            result = await LogInAsync(greeted, login, cancellationToken);
        if (result is not OpenResult.Opened)
            await connection.DisposeAsync();
        else
            Log.Connected(logger, SmtpPeer.Describe(hostName, key.Destination), connection.Local, key.HostName, connection.TlsVersion);
        return result;
    }

    private async Task<OpenResult> ExchangeAsync(Connection connection, PeerKey key, string hostName, UseTls tls, CancellationToken cancellationToken)
    {
        var peer = new SmtpPeer(connection, key, hostName, Offers.None);
        if (key.Need.IsFirst && !await connection.StartClientTlsAsync(hostName, key.Need.Check, cancellationToken))
        {
            Metrics.Tls(key.Need.Policy, TlsResult.Failed);
            return TlsFailed(peer, $"gives no TLS that will do ({connection.TlsFailure})");
        }
        RemoteReply greeting = await RemoteReply.ReadAsync(connection, settings.Reply, cancellationToken);
        if (greeting.Code != 220)
            return Refused(peer, greeting, Stage.Connect);
        RemoteReply hello = await peer.AskAsync($"EHLO {OwnName(key, connection)}", settings.Reply, cancellationToken);
        if (hello is { IsPermanent: true } && key.Need.IsRequired)
            return TlsFailed(peer, $"answers EHLO with {hello.Quoted}");
        if (hello is { IsPermanent: true })
        {
            RemoteReply old = await peer.AskAsync($"HELO {OwnName(key, connection)}", settings.Reply, cancellationToken);
            return old.Code == 250 ? new OpenResult.Opened(peer) : Refused(peer, old, Stage.Hello);
        }
        if (hello.Code != 250)
            return Refused(peer, hello, Stage.Hello);
        Offers offers = Offers.Read(hello);
        if (connection.IsProtected)
            return Protected(peer, hello, offers, hostName);
        if (!offers.StartTls && tls != UseTls.Never)
            Metrics.Tls(key.Need.Policy, TlsResult.NotOffered);
        if (!offers.StartTls && key.Need.IsRequired)
            return TlsFailed(peer, "does not offer STARTTLS");
        if (!offers.StartTls || tls == UseTls.Never)
            return new OpenResult.Opened(new SmtpPeer(connection, key, hostName, offers));
        return await ProtectAsync(peer, offers, hostName, cancellationToken);
    }

    private async Task<OpenResult> ProtectAsync(SmtpPeer peer, Offers plain, string hostName, CancellationToken cancellationToken)
    {
        RemoteReply go = await peer.AskAsync("STARTTLS", settings.Reply, cancellationToken);
        if (go.EndsConnection || (go.Code != 220 && peer.Key.Need.IsRequired))
            return TlsFailed(peer, $"answers STARTTLS with {go.Quoted}", mayChange: !go.IsPermanent);
        if (go.Code != 220)
            return new OpenResult.Opened(new SmtpPeer(peer.Connection, peer.Key, hostName, plain));
        if (!await peer.Connection.StartClientTlsAsync(hostName, peer.Key.Need.Check, cancellationToken))
        {
            Metrics.Tls(peer.Key.Need.Policy, TlsResult.Failed);
            return TlsFailed(peer, $"gives no TLS that will do ({peer.Connection.TlsFailure})");
        }
        RemoteReply hello = await peer.AskAsync($"EHLO {OwnName(peer.Key, peer.Connection)}", settings.Reply, cancellationToken);
        return Protected(peer, hello, Offers.Read(hello), hostName);
    }

    private OpenResult Protected(SmtpPeer peer, RemoteReply hello, Offers offers, string hostName)
    {
        Metrics.Tls(peer.Key.Need.Policy, TlsResult.Protected);
        return hello.Code != 250 ? TlsFailed(peer, $"answers EHLO under TLS with {hello.Quoted}", mayChange: !hello.IsPermanent)
            : peer.Key.Need.MustHandOn && !offers.RequireTls ? TlsFailed(peer, "does not offer REQUIRETLS")
            : new OpenResult.Opened(new SmtpPeer(peer.Connection, peer.Key, hostName, offers));
    }

    /// <summary>A login that fails is the operator's to mend, and no fault of the mail: it waits.</summary>
    private async Task<OpenResult> LogInAsync(SmtpPeer peer, RelayLogin login, CancellationToken cancellationToken)
    {
        if (await new LogIn(peer, login, settings.Reply).RunAsync(cancellationToken) is not { } refusal)
            return new OpenResult.Opened(peer);
        Log.LoginRefused(logger, peer.Remote, login.Name, refusal);
        return new OpenResult.Skipped(Responses.LoginNotTaken with { Reason = $"{peer.Remote} {refusal}" }) { IsDead = true };
    }

    private OpenResult.TlsFailed TlsFailed(SmtpPeer peer, string reason, bool mayChange = false)
    {
        TlsNeed need = peer.Key.Need;
        if (!need.IsRequired)
        {
            Log.TlsFailed(logger, peer.Remote, reason);
            return new(new Outcome.Deferred(new(4, 7, 5), $"{peer.Remote} {reason}") { Stage = Stage.Tls });
        }
        Log.TlsRequired(logger, peer.Remote, reason, need.Wanted);
        return new(need.MustHandOn && !mayChange
            ? Responses.NoProofOfTls with { Reason = $"{peer.Remote} {reason}, and {Responses.NoProofOfTls.Reason}" }
            : new Outcome.Deferred(new(4, 7, 5), $"{peer.Remote} {reason}, and {need.Wanted} protection") { Stage = Stage.Tls });
    }

    /// <summary>Who takes connections and says nothing costs more than who takes none.</summary>
    private static OpenResult.Skipped Refused(SmtpPeer peer, RemoteReply reply, Stage stage) => new(reply.ToOutcome(peer.Remote, stage)) { IsDead = reply.IsLost };

    /// <summary>A name from the directory goes into a command only when it is a domain name; else the address speaks (RFC 5321 4.1.3).</summary>
    private static string OwnName(PeerKey key, Connection connection)
    {
        if (MailAddress.TryDomainKey(key.HostName, out string name) && !name.StartsWith('['))
            return name;
        IPAddress local = connection.Local.Address;
        return local.AddressFamily == AddressFamily.InterNetworkV6 ? $"[IPv6:{local}]" : $"[{local}]";
    }

    private enum UseTls
    {
        WhenOffered,
        Never,
    }
}

internal abstract record OpenResult
{
    private OpenResult() { }

    public sealed record Opened(SmtpPeer Peer) : OpenResult;

    /// <summary>Not this address; the next one may do.</summary>
    public sealed record Skipped(Outcome Outcome) : OpenResult
    {
        /// <summary>Nobody answered there at all, or our login was not taken: asking soon again is in vain.</summary>
        public bool IsDead { get; init; }
    }

    /// <summary>As <see cref="Skipped"/>, but without TLS it may do.</summary>
    public sealed record TlsFailed(Outcome Outcome) : OpenResult;

    /// <summary>No address may be tried now.</summary>
    public sealed record Stopped(Outcome Outcome) : OpenResult;
}

using System.Diagnostics.Metrics;
using DirMail.Channels.Smtp;
using DirMail.Mail;

namespace DirMail.Channels;

/// <summary>What an operator watches of the ways out. Tags come from closed sets: channel names, outcomes, stages.</summary>
internal static class Metrics
{
    private static readonly Meter Meter = new("DirMail.Channels");

    private static readonly Counter<long> AttemptedRecipients = Meter.CreateCounter<long>("dirmail.channels.recipients", "{recipient}", "Recipients attempted, by channel, outcome, and where at the other server it ended");
    private static readonly Counter<long> Transactions = Meter.CreateCounter<long>("dirmail.channels.smtp.transactions", "{transaction}", "SMTP transactions, on new and on kept connections");

    private static readonly Counter<long> TlsResults = Meter.CreateCounter<long>("dirmail.channels.smtp.tls", "{connection}", "Connections to other servers by who asked for TLS and what came of it, as RFC 8460 4.3 counts them");

    public static void Attempted(string channel, Outcome outcome) =>
        AttemptedRecipients.Add(1, new("channel", channel), new("outcome", outcome.GetType().Name), new("stage", outcome.Stage.ToString()));

    public static void Transaction(bool keptConnection) => Transactions.Add(1, new KeyValuePair<string, object?>("connection", keptConnection ? "kept" : "new"));

    public static void Tls(TlsPolicy policy, TlsResult result) => TlsResults.Add(1, new("policy", policy.ToString()), new("result", result.ToString()));
}

/// <summary>What came of TLS with a server.</summary>
internal enum TlsResult
{
    Protected,

    /// <summary>No STARTTLS in the answer to EHLO.</summary>
    NotOffered,

    /// <summary>No handshake, or a certificate that will not do.</summary>
    Failed,
}

using System.Diagnostics.Metrics;
using DirMail.Mail;

namespace DirMail.Channels;

/// <summary>What an operator watches of the ways out. Tags come from closed sets: channel names, outcomes.</summary>
internal static class Metrics
{
    private static readonly Meter Meter = new("DirMail.Channels");

    private static readonly Counter<long> AttemptedRecipients = Meter.CreateCounter<long>("dirmail.channels.recipients", "{recipient}", "Recipients attempted, by channel and outcome");
    private static readonly Counter<long> Transactions = Meter.CreateCounter<long>("dirmail.channels.smtp.transactions", "{transaction}", "SMTP transactions, on new and on kept connections");

    public static void Attempted(string channel, Outcome outcome) =>
        AttemptedRecipients.Add(1, new("channel", channel), new("outcome", outcome.GetType().Name));

    public static void Transaction(bool keptConnection) => Transactions.Add(1, new KeyValuePair<string, object?>("connection", keptConnection ? "kept" : "new"));
}

using System.Net;

namespace DirMail.Wire;

/// <summary>
/// Evaluates SPF (RFC 7208): all mechanisms, macros, redirect and exp, within ten look-ups, two of them void, and ten names for mx and ptr.
/// The caller sets the deadline; what was not answered by then is a temporary error.
/// </summary>
public sealed class Spf(IDnsClient dns)
{
    /// <summary>What the domain says of the address whoever sends from it.</summary>
    public Task<SpfAnswer> CheckAsync(string domain, IPAddress client, CancellationToken cancellationToken) =>
        CheckAsync(new SpfQuestion(domain, client) { Helo = domain }, cancellationToken);

    public async Task<SpfAnswer> CheckAsync(SpfQuestion question, CancellationToken cancellationToken)
    {
        if (!IsDomain(question.Domain))
            return new(SpfVerdict.None, "", $"'{question.Domain}' is no domain with a record");
        try
        {
            return await new SpfRun(dns, question with { Client = question.Client.IsIPv4MappedToIPv6 ? question.Client.MapToIPv4() : question.Client }).CheckAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new(SpfVerdict.TempError, "", "no answer in time");
        }
    }

    /// <summary>RFC 7208 4.3: a name of several labels, none empty or longer than 63.</summary>
    private static bool IsDomain(string name)
    {
        string[] labels = name.TrimEnd('.').Split('.');
        return labels.Length > 1 && name.Length <= 254 && labels.All(static label => label.Length is > 0 and <= 63) && !labels[^1].All(char.IsAsciiDigit) && name[0] != '[';
    }
}

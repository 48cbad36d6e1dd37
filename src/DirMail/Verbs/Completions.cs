using System.CommandLine.Completions;
using DirMail.Admin;
using DirMail.Settings;

namespace DirMail.Verbs;

/// <summary>Words that the shell completes and only the running server knows.</summary>
internal static class Completions
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>None when there is no server, or it takes too long: a person is typing.</summary>
    public static IEnumerable<CompletionItem> Domains(CompletionContext context)
    {
        try
        {
            using ControlClient control = CommonOptions.Control(context.ParseResult);
            Task<IReadOnlyList<DomainReport>> domains = control.DomainsAsync(CancellationToken.None);
            return domains.Wait(Patience) ? [.. domains.Result.Select(d => new CompletionItem(d.Name))] : [];
        }
        catch (Exception failure) when (failure is AggregateException or SettingsException or ControlException)
        {
            return [];
        }
    }
}

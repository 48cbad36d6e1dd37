using DirMail.Mail.Arc;
using DirMail.Mail.Dkim;
using DirMail.Wire;

namespace DirMail.Servers.Smtp.Checks;

/// <summary>DKIM and ARC of one message: asks for the keys, each once and all at the same time, and has the signatures judged.</summary>
internal sealed record Signatures(IReadOnlyList<DkimResult> Dkim, ArcResult Arc)
{
    public static async Task<Signatures> CheckAsync(SignatureScan scan, IDnsClient dns, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ScannedSignature[] signatures = [.. scan.Signatures.Where(static s => s.Field.Name.Equals(SignatureField.DkimName, StringComparison.OrdinalIgnoreCase))];
        DkimResult?[] early = [.. signatures.Select(s => SignatureCheck.WithoutKey(s, now))];
        ArcChain? chain = ArcChain.Read(scan);
        IEnumerable<string> wanted = signatures.Where((_, i) => early[i] is null).Select(KeyName).Concat(chain?.KeyNames ?? []);
        Dictionary<string, IReadOnlyList<string>?> keys = await KeysAsync(wanted.Distinct(), dns, cancellationToken);
        DkimResult[] results = [.. signatures.Select((s, i) => early[i] ?? SignatureCheck.WithKey(s, scan.Header, keys[KeyName(s)]))];
        return new(results, chain?.Judge(name => keys.GetValueOrDefault(name), now) ?? ArcResult.None);
    }

    private static string KeyName(ScannedSignature scanned) => DkimKey.NameOf(scanned.Signature!.Selector, scanned.Signature.Domain);

    private static async Task<Dictionary<string, IReadOnlyList<string>?>> KeysAsync(IEnumerable<string> names, IDnsClient dns, CancellationToken cancellationToken)
    {
        (string Name, Task<TextAnswer> Answer)[] asked = [.. names.Select(name => (name, dns.TextsAsync(name, cancellationToken)))];
        var keys = new Dictionary<string, IReadOnlyList<string>?>();
        foreach ((string name, Task<TextAnswer> answer) in asked)
        {
            try
            {
                keys[name] = await answer is { Status: not DnsStatus.Unavailable } found ? found.Texts : null;
            }
            catch (OperationCanceledException)
            {
                keys[name] = null;
            }
        }
        return keys;
    }
}

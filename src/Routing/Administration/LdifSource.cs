using System.Text;
using DirMail.Ldap.Ldif;

namespace DirMail.Routing;

/// <summary>The files of a load as one stream of records: read piece by piece, however large they are.</summary>
internal sealed class LdifSource(LdifLoad load, LdifPhase phase)
{
    private const int ReportEvery = 256;
    private const int BufferOctets = 256 * 1024;

    private readonly long? _total = load.Files.Contains("-") ? null : load.Files.Sum(f => new FileInfo(f).Length);
    private long _before;
    private long _records;

    /// <summary>The record, or the fault in its place, with the file's name as a person knows it.</summary>
    public IEnumerable<(string File, LdifItem Item)> Read()
    {
        foreach (string name in load.Files)
        {
            if (phase == LdifPhase.Checking && name == "-")
                continue;
            using FileStream? file = name == "-" ? null : new(name, FileMode.Open, FileAccess.Read, FileShare.Read, BufferOctets, FileOptions.SequentialScan);
            using StreamReader? reader = file is null ? null : new(file, new UTF8Encoding(false, throwOnInvalidBytes: false), detectEncodingFromByteOrderMarks: true, BufferOctets);
            foreach (LdifItem item in LdifReader.Read(reader ?? load.StandardInput))
            {
                yield return (name == "-" ? "standard input" : name, item);
                if (++_records % ReportEvery == 0)
                    Report(file?.Position ?? 0);
            }
            _before += file?.Length ?? 0;
        }
        Report(0);
    }

    private void Report(long octets) => load.Progress?.Report(new(phase, _records, _before + octets, _total));
}

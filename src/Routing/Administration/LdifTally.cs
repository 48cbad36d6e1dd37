using System.Globalization;
using DirMail.Ldap.Ldif;

namespace DirMail.Routing;

/// <summary>Counts what came of each record, and keeps the first fault, which ends a load that does not go on.</summary>
internal sealed class LdifTally(LdifLoad load)
{
    private long _added, _changed, _removed, _renamed, _faults, _problems, _afterFault;

    /// <summary>The first record that was not loaded.</summary>
    public LdifFault? First { get; private set; }

    public bool IsOver => First is not null && !load.GoesOn;

    public LdifCounts Counts => new() { Added = _added, Changed = _changed, Removed = _removed, Renamed = _renamed, Faults = _faults, Problems = _problems };

    public void Done(LdifRecord record)
    {
        if (First is not null)
            _afterFault++;
        switch (record)
        {
            case LdifRecord.Modify: _changed++; break;
            case LdifRecord.Delete: _removed++; break;
            case LdifRecord.ModifyDn: _renamed++; break;
            default: _added++; break;
        }
    }

    public void Fault(string file, int line, string reason)
    {
        var fault = new LdifFault(file, line, reason);
        First ??= fault;
        _faults++;
        load.Fault?.Invoke(fault);
    }

    /// <summary>It loads all the same.</summary>
    public void Problem(string file, int line, string reason)
    {
        _problems++;
        load.Fault?.Invoke(new(file, line, reason));
    }

    /// <summary>Which records are in when it stopped early. Those that follow the fault were under way when it came.</summary>
    public string Standing() => string.Create(CultureInfo.InvariantCulture, $"{Counts.Done} records are in the directory{(_afterFault == 0 ? "" : $", {_afterFault} of them from after that line")}");
}

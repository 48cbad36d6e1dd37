using System.Net;
using DirMail.Ldap;

namespace DirMail.Routing;

/// <summary>Works settings into a user's entry: what the entry is to be, attribute by attribute, and the changes that lead there.</summary>
internal sealed class UserChanges(LdapEntry entry, AttributeNames names)
{
    private const string UserClass = "dirMailUser";

    private readonly Dictionary<string, string[]> _after = new(StringComparer.OrdinalIgnoreCase);

    public IEnumerable<string> Attributes => _after.Keys;

    /// <summary>The entry with the changes.</summary>
    public LdapEntry After => new(entry.Dn, [.. entry.Attributes.Where(a => !_after.ContainsKey(a.Description)), .. _after.Where(a => a.Value.Length > 0).Select(a => new LdapAttribute(a.Key, a.Value))]);

    /// <summary>Those that change something.</summary>
    public IReadOnlyList<LdapChange> Changes => [.. _after.Where(a => !a.Value.SequenceEqual(entry.All(a.Key))).Select(a => new LdapChange(LdapChangeKind.Replace, new LdapAttribute(a.Key, a.Value)))];

    /// <summary>Addresses that the entry did not have.</summary>
    public IEnumerable<string> NewAddresses => Addresses.SelectMany(a => Now(a).Except(entry.All(a), StringComparer.OrdinalIgnoreCase));

    public IEnumerable<IPAddress> NewVirtualAddresses =>
        Now(names.UserVirtualAddress).Except(entry.All(names.UserVirtualAddress)).Select(v => IPAddress.TryParse(v, out IPAddress? address) ? address : null).OfType<IPAddress>();

    private IEnumerable<string> Addresses => [names.Mail, names.AlternateAddress, names.LocalAddress, names.EquivalentAddress];

    /// <summary>Null, or why not.</summary>
    public string? Apply(UserSettings settings)
    {
        SetOne(names.Name, settings.Name);
        SetOne(names.Mail, settings.Mail);
        SetOne(names.Quota, settings.Quota);
        SetOne(names.MessageQuota, settings.MessageQuota);
        SetOne(names.UserServices, settings.Services);
        if (settings.ForwardTo is { } targets)
            Forward(targets, settings.KeepsCopy);
        if (settings.VirtualAddresses is { } addresses)
            Bind(addresses);
        return Mailed(settings);
    }

    private string? Mailed(UserSettings settings)
    {
        foreach (string gone in settings.RemoveAddresses)
        {
            if (Addresses.Skip(1).FirstOrDefault(a => Now(a).Contains(gone, StringComparer.OrdinalIgnoreCase)) is not { } attribute)
                return Now(names.Mail).Contains(gone, StringComparer.OrdinalIgnoreCase) ? $"{gone} is the main address: give another with --mail" : $"{entry.Dn} has no address {gone}";
            _after[attribute] = [.. Now(attribute).Where(v => !v.Equals(gone, StringComparison.OrdinalIgnoreCase))];
        }
        string[] more = [.. settings.AddAddresses.Where(a => !Addresses.Any(at => Now(at).Contains(a, StringComparer.OrdinalIgnoreCase)))];
        if (more.Length > 0)
            _after[names.AlternateAddress] = [.. Now(names.AlternateAddress), .. more];
        return Now(names.Mail).Length == 0 ? "a user needs a main address" : null;
    }

    /// <summary>Options other than mailbox and forward (an autoreply) stay as they are.</summary>
    private void Forward(IReadOnlyList<string> targets, bool keepsCopy)
    {
        _after[names.ForwardingAddress] = [.. targets];
        string[] others = [.. Now(names.DeliveryOption).Where(o => o.ToLowerInvariant() is not ("mailbox" or "forward"))];
        _after[names.DeliveryOption] = targets.Count == 0 ? ["mailbox", .. others] : keepsCopy ? ["mailbox", "forward", .. others] : ["forward", .. others];
    }

    private void Bind(IReadOnlyList<string> addresses)
    {
        _after[names.UserVirtualAddress] = [.. addresses];
        if (addresses.Count > 0 && !entry.HasClass(UserClass))
            _after["objectClass"] = [.. entry.All("objectClass"), UserClass];
    }

    private void SetOne(string attribute, string? value)
    {
        if (value is not null)
            _after[attribute] = value.Length == 0 ? [] : [value];
    }

    private string[] Now(string attribute) => _after.TryGetValue(attribute, out string[]? values) ? values : [.. entry.All(attribute)];
}

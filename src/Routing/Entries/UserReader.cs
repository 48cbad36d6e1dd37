using System.Collections.Immutable;
using System.Net;
using DirMail.Mail;
using DirMail.Routing.Table;

namespace DirMail.Routing.Entries;

internal static class UserReader
{
    public static MailUser Read(EntryId id, EntryValues values, TableSettings settings)
    {
        AttributeNames names = settings.Attributes;
        MailUserSettings own = settings.Known.Of(values, settings, Settings);
        string uid = values.First(names.Uid) ?? "";
        var user = new MailUser
        {
            Id = id,
            Domain = default,
            Uid = uid,
            Name = settings.Shared.NameOf(values.Entry, uid),
            Addresses = EntryReader.Addresses(values, names, uid),
            Settings = own,
        };
        if (user.Uid.Length == 0)
            values.Problem(names.Uid, "no uid: nobody can log in");
        return user;
    }

    private static MailUserSettings Settings(EntryValues values, TableSettings settings)
    {
        AttributeNames names = settings.Attributes;
        DeliveryFacts delivery = EntryReader.Delivery(values, DeliveryOptions.Mailbox, settings);
        ImmutableArray<IPAddress> addresses = values.IpAddresses(names.UserVirtualAddress);
        var own = new MailUserSettings
        {
            Status = StatusLadder.First(values.Status(names.InetUserStatus, StatusLadder.Plain), values.Status(names.MailUserStatus, StatusLadder.Mail)),
            Services = values.Services(names.UserServices),
            VirtualAddresses = addresses,
            ListsVirtualAddress = values.Has(names.UserVirtualAddress),
            Delivery = delivery.Options,
            Blocked = delivery.Blocked,
            ForwardTo = delivery.ForwardTo,
            RelayHost = delivery.RelayHost,
            DefersExpansion = EntryReader.Defers(values, names),
            AutoReply = delivery.Options.HasFlag(DeliveryOptions.Autoreply) ? AutoReplyReader.Read(values, names) : null,
            Script = EntryReader.Script(values, names.Script),
            VacationStart = values.Time(names.VacationStart),
            VacationEnd = values.Time(names.VacationEnd),
            QuotaOctets = values.Octets(names.Quota, settings.QuotaOctets),
            QuotaMessages = values.Number(names.MessageQuota),
            MaxMessageOctets = values.Blocks(names.MaxBlocks),
            Partition = Partition(values, settings),
            Language = values.First(names.Language),
            AccessGroups = values.Has(names.AccessGroup) ? values.Addresses(names.AccessGroup) : [],
            Traits = values.Traits(settings),
        };
        values.TellNotInForce(names);
        return settings.Shared.Share(own);
    }

    /// <summary>"primary" is what directories call the one that is there without being named.</summary>
    private static string? Partition(EntryValues values, TableSettings settings)
    {
        if (values.First(settings.Attributes.MessageStore) is not { Length: > 0 } name)
            return null;
        if (settings.Partitions.TryGetValue(name, out string? known))
            return known;
        if (name != "primary")
            values.Problem(settings.Attributes.MessageStore, $"no partition '{name}' in the setting store.partitions: large messages lie with the store");
        return null;
    }
}

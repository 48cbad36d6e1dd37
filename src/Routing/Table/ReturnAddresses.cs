using DirMail.Mail;

namespace DirMail.Routing.Table;

/// <summary>
/// Which senders of forwarded mail become return addresses of the domain that forwards (<see cref="Srs"/>). SPF asks whether the sender's domain lists the address that mail comes from: of a
/// stranger's domain it does not. It does of the forwarding domain itself, and of one hosted here whose own mail leaves from the same addresses: those stay, and what they sent stays in line
/// with its From (DMARC).
/// </summary>
internal static class ReturnAddresses
{
    /// <summary>Null: the sender stays.</summary>
    /// <param name="identity">Whom it leaves as.</param>
    public static MailAddress? For(RoutingTable table, SenderIdentity? identity, MailAddress? sender)
    {
        if (table.Settings.ReturnAddresses is not { } srs || identity is null || sender is not { } address || table.FindDomain(identity.Domain) is not { } forwarding)
            return null;
        if (table.FindDomain(address.DomainKey) is { } own && (own.Id == forwarding.Id || IsSameSource(table.IdentityOf(own), identity)))
            return null;
        return srs.Rewrite(address, forwarding.Name, forwarding.Id, table.Settings.Clock.GetUtcNow());
    }

    /// <summary>Whom a return address of ours stands for, however old it is; any other address is itself.</summary>
    public static MailAddress Restored(RoutingTable table, MailAddress address) =>
        table.Settings.ReturnAddresses is { } srs && table.FindDomain(address.DomainKey) is { } domain && srs.Restore(address, domain.Id, null) is SrsAnswer.Original original ? original.Sender : address;

    /// <summary>Both as the host, or from the same addresses; where none can be used now, nobody knows what they will be.</summary>
    private static bool IsSameSource(SenderIdentity one, SenderIdentity other) => one.Owner is null || other.Owner is null
        ? one.Owner == other.Owner
        : (one.V4 ?? one.V6) is not null && Equals(one.V4, other.V4) && Equals(one.V6, other.V6);
}

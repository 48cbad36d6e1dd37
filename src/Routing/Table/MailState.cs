using DirMail.Mail;

namespace DirMail.Routing.Table;

/// <summary>The state of an entry for mail to it: its status, and on hold by its delivery option alone, which closes no login (SCHEMA 3.5).</summary>
internal static class MailState
{
    public static StatusDecision Of(MailUser user, TableSettings settings) => Of(user.Status, user.Delivery, settings);

    public static StatusDecision Of(MailGroup group, TableSettings settings) => Of(group.Status, group.Delivery, settings);

    private static StatusDecision Of(StatusDecision status, DeliveryOptions delivery, TableSettings settings) =>
        status.Status == MailStatus.Active && delivery.HasFlag(DeliveryOptions.Hold) ? new(MailStatus.Hold, settings.Attributes.DeliveryOption, "hold") : status;
}

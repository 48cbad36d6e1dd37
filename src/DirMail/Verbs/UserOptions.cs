using System.CommandLine;
using DirMail.Routing;

namespace DirMail.Verbs;

/// <summary>What can be said of a user on the command line.</summary>
internal static class UserOptions
{
    public static readonly Option<string?> Name = new("--name") { Description = "The person's name (cn)" };
    public static readonly Option<string?> Mail = new("--mail") { Description = "The main address", HelpName = "ADDRESS" };
    public static readonly Option<string[]> Also = new("--also") { Description = "A further address in the domain; may be repeated", HelpName = "ADDRESS", AllowMultipleArgumentsPerToken = true };
    public static readonly Option<string[]> Remove = new("--remove-address") { Description = "An address that is no longer the user's; may be repeated", HelpName = "ADDRESS", AllowMultipleArgumentsPerToken = true };
    public static readonly Option<string?> Quota = new("--quota") { Description = "Of the mailbox: octets, or nK, nM, nG; -1: none", HelpName = "SIZE" };
    public static readonly Option<string?> MessageQuota = new("--message-quota") { Description = "Messages in the mailbox; -1: any number", HelpName = "NUMBER" };
    public static readonly Option<string[]> Forward = new("--forward") { Description = "Send mail on to this address instead of the mailbox; may be repeated", HelpName = "ADDRESS", AllowMultipleArgumentsPerToken = true };
    public static readonly Option<bool> KeepCopy = new("--keep-copy") { Description = "With --forward: into the mailbox as well" };
    public static readonly Option<bool> NoForward = new("--no-forward") { Description = "Deliver to the mailbox again" };
    public static readonly Option<string[]> VirtualAddress = new("--virtual-address") { Description = "An address of this host that the user's mail leaves from, instead of the domain's; \"\": the domain's again", HelpName = "IP", AllowMultipleArgumentsPerToken = true };
    public static readonly Option<string?> Services = new("--services") { Description = "What the user may use, e.g. -imap:ALL (the domain must allow it too)", HelpName = "RULES" };

    public static Option[] Settings { get; } = [Name, Also, Quota, MessageQuota, Forward, KeepCopy, VirtualAddress, Services];

    public static UserSettings Read(ParseResult arguments) => new()
    {
        Name = arguments.GetValue(Name),
        Mail = arguments.GetValue(Mail),
        AddAddresses = arguments.GetValue(Also) ?? [],
        RemoveAddresses = arguments.GetValue(Remove) ?? [],
        Quota = arguments.GetValue(Quota),
        MessageQuota = arguments.GetValue(MessageQuota),
        ForwardTo = arguments.GetValue(NoForward) ? [] : Given(arguments.GetValue(Forward)),
        KeepsCopy = arguments.GetValue(KeepCopy),
        VirtualAddresses = Given(arguments.GetValue(VirtualAddress)),
        Services = arguments.GetValue(Services),
    };

    /// <summary>Null: not mentioned; one empty text: none.</summary>
    private static IReadOnlyList<string>? Given(string[]? values) => values is null or [] ? null : [.. values.Where(v => v.Length > 0)];
}

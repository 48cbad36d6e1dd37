using System.CommandLine;
using System.Globalization;
using DirMail.Mail;
using DirMail.Routing;
using Spectre.Console;

namespace DirMail.Verbs;

/// <summary>`dirmail group add|list|show|add-member|remove-member|set-status|remove`: mail groups, and who administers a domain.</summary>
internal static class GroupVerbs
{
    private static readonly Argument<string> Group = new("GROUP") { Description = "Any of the group's addresses, name@domain (\"Domain Administrators@bcd.com\"), or a directory name" };
    private static readonly Argument<string> NewAddress = new("ADDRESS") { Description = "The new group's address" };
    private static readonly Argument<string[]> Members = new("MEMBER") { Description = "uid@domain, a mail address anywhere, or a directory name", Arity = ArgumentArity.OneOrMore };
    private static readonly Option<string?> Name = new("--name") { Description = "The group's name (default: the part before the @)" };
    private static readonly Option<string[]> Also = new("--also") { Description = "A further address in the domain; may be repeated", HelpName = "ADDRESS", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string[]> Member = new("--member") { Description = "A member: uid@domain, a mail address anywhere, or a directory name; may be repeated", HelpName = "MEMBER", Required = true, AllowMultipleArgumentsPerToken = true };

    public static Command Create() => new("group", "Make mail groups, say who belongs to them and who administers a domain")
    {
        LoginOptions.Verb("add", "Add a mail group", AddAsync, [NewAddress, Member, Name, Also, CommonOptions.Json]),
        LoginOptions.Verb("list", "List a domain's groups", ListAsync, [DomainVerbs.Domain, CommonOptions.Json]),
        LoginOptions.Verb("show", "Show a group and its members", ShowAsync, [Group, CommonOptions.Json]),
        LoginOptions.Verb("add-member", "Add members to a group; of Domain Administrators too", AddMemberAsync, [Group, Members]),
        LoginOptions.Verb("remove-member", "Remove members from a group", RemoveMemberAsync, [Group, Members]),
        LoginOptions.Verb("set-status", "Set inetMailGroupStatus", SetStatusAsync, [Group, DomainVerbs.Status]),
        LoginOptions.Verb("remove", "Remove a mail group", RemoveAsync, [Group, Confirm.Yes]),
    };

    private static Task<int> AddAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var group = new NewGroup(arguments.GetValue(NewAddress)!)
        {
            Name = arguments.GetValue(Name),
            AlsoAddresses = arguments.GetValue(Also) ?? [],
            Members = arguments.GetValue(Member)!,
        };
        return LoginOptions.RunAsync(arguments, (administration, login) => administration.Groups.AddAsync(login, group, cancellationToken), made => Print(arguments, made));
    }

    private static Task<int> ListAsync(ParseResult arguments, CancellationToken cancellationToken) => LoginOptions.RunAsync(arguments,
        (administration, login) => administration.Groups.ListAsync(login, arguments.GetValue(DomainVerbs.Domain)!, cancellationToken), groups =>
        {
            if (arguments.GetValue(CommonOptions.Json))
            {
                Show.Json(groups);
                return;
            }
            Table table = Show.Table("group", "kind", "state", "addresses", "members");
            foreach (GroupEntry group in groups)
                Show.Row(table, group.Name, Kind(group), group.IsMailGroup ? group.Status : "", string.Join(", ", group.Addresses), (group.Members.Count + group.MemberAddresses.Count).ToString(CultureInfo.InvariantCulture));
            Show.Write(table);
        });

    private static Task<int> ShowAsync(ParseResult arguments, CancellationToken cancellationToken) => LoginOptions.RunAsync(arguments,
        (administration, login) => administration.Groups.ShowAsync(login, arguments.GetValue(Group)!, cancellationToken), group => Print(arguments, group));

    private static Task<int> AddMemberAsync(ParseResult arguments, CancellationToken cancellationToken) => LoginOptions.RunAsync(arguments,
        (administration, login) => administration.Groups.AddMembersAsync(login, arguments.GetValue(Group)!, arguments.GetValue(Members)!, cancellationToken),
        added => Show.Line(string.Create(CultureInfo.InvariantCulture, $"{added} added to {arguments.GetValue(Group)}")));

    private static Task<int> RemoveMemberAsync(ParseResult arguments, CancellationToken cancellationToken) => LoginOptions.RunAsync(arguments,
        (administration, login) => administration.Groups.RemoveMembersAsync(login, arguments.GetValue(Group)!, arguments.GetValue(Members)!, cancellationToken),
        removed => Show.Line(string.Create(CultureInfo.InvariantCulture, $"{removed} removed from {arguments.GetValue(Group)}")));

    private static Task<int> SetStatusAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        MailStatus status = arguments.GetValue(DomainVerbs.Status);
        return LoginOptions.RunAsync(arguments, (administration, login) => administration.Groups.SetStatusAsync(login, arguments.GetValue(Group)!, status, cancellationToken),
            dn => Show.Line($"{dn} is now {status.ToString().ToLowerInvariant()}"));
    }

    private static async Task<int> RemoveAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        string group = arguments.GetValue(Group)!;
        if (!Confirm.Asked(arguments, $"The group {group} will be removed from the directory."))
            return ExitCode.Usage;
        return await LoginOptions.RunAsync(arguments, (administration, login) => administration.Groups.RemoveAsync(login, group, cancellationToken), dn => Show.Line($"{dn} is removed"));
    }

    private static void Print(ParseResult arguments, GroupEntry group)
    {
        if (arguments.GetValue(CommonOptions.Json))
        {
            Show.Json(group);
            return;
        }
        Table facts = Show.Table("", group.Name).HideHeaders();
        Show.Row(facts, "entry", group.Dn);
        Show.Row(facts, "kind", Kind(group));
        if (group.IsMailGroup)
        {
            Show.Row(facts, "state", group.Status);
            Show.Row(facts, "addresses", string.Join(", ", group.Addresses));
        }
        Show.Row(facts, "members", string.Join("\n", group.Members.Concat(group.MemberAddresses)));
        Show.Write(facts);
    }

    private static string Kind(GroupEntry group) => group.IsMailGroup ? "mail group" : "people";
}

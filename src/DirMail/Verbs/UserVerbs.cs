using System.CommandLine;
using System.Globalization;
using DirMail.Mail;
using DirMail.Routing;
using Spectre.Console;

namespace DirMail.Verbs;

/// <summary>`dirmail user add|list|show|set|passwd|set-status|remove`: users as the directory has them, acting as the administrator who is named.</summary>
internal static class UserVerbs
{
    private static readonly Argument<string> User = new("USER") { Description = "uid@domain, any of the user's addresses, or a directory name" };
    private static readonly Argument<string> NewAddress = new("ADDRESS") { Description = "The new user's address; the part before the @ is the uid" };

    public static Command Create() => new("user", "Make users, see and change them")
    {
        LoginOptions.Verb("add", "Add a user; without a password nobody can log in yet", AddAsync, [NewAddress, .. UserOptions.Settings, Passwords.Generate, Passwords.NewFile, CommonOptions.Json]),
        LoginOptions.Verb("list", "List a domain's users", ListAsync, [DomainVerbs.Domain, CommonOptions.Json]),
        LoginOptions.Verb("show", "Show a user's entry", ShowAsync, [User, CommonOptions.Json]),
        LoginOptions.Verb("set", "Change name, addresses, quota, forwarding, virtual address, services; an empty text takes a value away", SetAsync, [User, .. UserOptions.Settings, UserOptions.Mail, UserOptions.Remove, UserOptions.NoForward, CommonOptions.Json]),
        LoginOptions.Verb("passwd", "Set a user's password, or your own", PasswordAsync, [User, Passwords.Generate, Passwords.NewFile]),
        LoginOptions.Verb("set-status", "Set mailUserStatus", SetStatusAsync, [User, DomainVerbs.Status]),
        LoginOptions.Verb("remove", "Remove a user and all memberships; mail in the store is kept", RemoveAsync, [User, Confirm.Yes]),
    };

    private static async Task<int> AddAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        string address = arguments.GetValue(NewAddress)!;
        bool hasPassword = arguments.GetValue(Passwords.Generate) || arguments.GetValue(Passwords.NewFile) is not null;
        string? password = hasPassword ? Passwords.New(arguments, address) : null;
        if (hasPassword && password is null)
            return ExitCode.Usage;
        var user = new NewUser(address) { Name = arguments.GetValue(UserOptions.Name), Settings = UserOptions.Read(arguments) with { Name = null }, Password = password };
        return await LoginOptions.RunAsync(arguments, (administration, login) => administration.Users.AddAsync(login, user, cancellationToken), made =>
        {
            string? shown = arguments.GetValue(Passwords.Generate) ? password : null;
            if (arguments.GetValue(CommonOptions.Json))
                Show.Json(new { User = made, Password = shown });
            else
                Show.Line($"{address} is added: {made.Dn}\n" + (shown is not null ? $"password (shown once): {shown}" : hasPassword ? "with the password given" : $"no password yet: `dirmail user passwd {address}`"));
        });
    }

    private static Task<int> ListAsync(ParseResult arguments, CancellationToken cancellationToken) => LoginOptions.RunAsync(arguments,
        (administration, login) => administration.Users.ListAsync(login, arguments.GetValue(DomainVerbs.Domain)!, cancellationToken), users =>
        {
            if (arguments.GetValue(CommonOptions.Json))
            {
                Show.Json(users);
                return;
            }
            Table table = Show.Table("user", "name", "state", "addresses", "forwards to", "quota", "own virtual address");
            foreach (UserEntry user in users)
                Show.Row(table, user.Uid, user.Name, user.Status, string.Join(", ", user.Addresses), string.Join(", ", user.ForwardTo), user.Quota, string.Join(", ", user.VirtualAddresses));
            Show.Write(table);
            Show.Line(string.Create(CultureInfo.InvariantCulture, $"{users.Count} users"));
        });

    private static Task<int> ShowAsync(ParseResult arguments, CancellationToken cancellationToken) => LoginOptions.RunAsync(arguments,
        (administration, login) => administration.Users.ShowAsync(login, arguments.GetValue(User)!, cancellationToken), user => Print(arguments, user));

    private static Task<int> SetAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        UserSettings to = UserOptions.Read(arguments);
        return LoginOptions.RunAsync(arguments, (administration, login) => administration.Users.ChangeAsync(login, arguments.GetValue(User)!, to, cancellationToken), user => Print(arguments, user));
    }

    private static async Task<int> PasswordAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        string user = arguments.GetValue(User)!;
        if (Passwords.New(arguments, user) is not { } password)
            return ExitCode.Usage;
        return await LoginOptions.RunAsync(arguments, (administration, login) => administration.Users.SetPasswordAsync(login, user, password, cancellationToken),
            dn => Show.Line($"the password of {dn} is set" + (arguments.GetValue(Passwords.Generate) ? $"\npassword (shown once): {password}" : "")));
    }

    private static Task<int> SetStatusAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        MailStatus status = arguments.GetValue(DomainVerbs.Status);
        return LoginOptions.RunAsync(arguments, (administration, login) => administration.Users.SetStatusAsync(login, arguments.GetValue(User)!, status, cancellationToken),
            dn => Show.Line($"{dn} is now {status.ToString().ToLowerInvariant()}"));
    }

    private static async Task<int> RemoveAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        string user = arguments.GetValue(User)!;
        if (!Confirm.Asked(arguments, $"{user} will be removed from the directory."))
            return ExitCode.Usage;
        return await LoginOptions.RunAsync(arguments, (administration, login) => administration.Users.RemoveAsync(login, user, cancellationToken),
            groups => Show.Line(string.Create(CultureInfo.InvariantCulture, $"{user} is removed from the directory and from {groups} groups; mail is still in the store")));
    }

    private static void Print(ParseResult arguments, UserEntry user)
    {
        if (arguments.GetValue(CommonOptions.Json))
        {
            Show.Json(user);
            return;
        }
        Table facts = Show.Table("", user.Uid).HideHeaders();
        Show.Row(facts, "entry", user.Dn);
        Show.Row(facts, "name", user.Name);
        Show.Row(facts, "state", user.Status);
        Show.Row(facts, "addresses", string.Join(", ", user.Addresses));
        Show.Row(facts, "delivery", string.Join(", ", user.Delivery));
        Show.Row(facts, "forwards to", string.Join(", ", user.ForwardTo));
        Show.Row(facts, "quota", user.Quota is null && user.MessageQuota is null ? "the domain's" : $"{user.Quota}{(user.MessageQuota is null ? "" : $", {user.MessageQuota} messages")}");
        Show.Row(facts, "own virtual address", string.Join(", ", user.VirtualAddresses));
        Show.Row(facts, "services", user.Services ?? "the domain's");
        Show.Write(facts);
    }
}

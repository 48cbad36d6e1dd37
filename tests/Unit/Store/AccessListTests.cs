using DirMail.Mail;
using DirMail.Store;

namespace DirMail.Unit.Store;

/// <summary>What somebody may do, as a table: the list, who asks, whose mailbox, answer.</summary>
public sealed class AccessListTests
{
    private static readonly Dictionary<string, EntryId> s_known = new[] { "alice", "bob", "staff", "boss", "domain" }.ToDictionary(static name => name, static _ => new EntryId(Guid.NewGuid()));

    [Theory]
    // a user's mailbox
    [InlineData("", "bob", "domain", "alice", Rights.None)]
    [InlineData("bob+l,bob+r", "bob", "domain", "alice", Rights.Lookup | Rights.Read)]
    [InlineData("alice+r", "bob", "domain", "alice", Rights.None)]
    [InlineData("domain+l", "bob", "domain", "alice", Rights.Lookup)]
    [InlineData("staff+l", "bob", "domain staff", "alice", Rights.Lookup)]
    [InlineData("staff+l", "bob", "domain", "alice", Rights.None)]
    // what is given to several adds up; what is taken from one of them is taken
    [InlineData("domain+l,staff+r,bob+s", "bob", "domain staff", "alice", Rights.Lookup | Rights.Read | Rights.KeepSeen)]
    [InlineData("domain+l,domain+r,bob-r", "bob", "domain", "alice", Rights.Lookup)]
    [InlineData("bob+l,bob+r,staff-r", "bob", "domain staff", "alice", Rights.Lookup)]
    [InlineData("bob+l,bob+r,staff-r", "bob", "domain", "alice", Rights.Lookup | Rights.Read)]
    [InlineData("bob-l", "bob", "domain", "alice", Rights.None)]
    // its owner
    [InlineData("", "alice", "domain", "alice", Rights.All)]
    [InlineData("bob+r,domain-r", "alice", "domain", "alice", Rights.All)]
    [InlineData("alice+r", "alice", "domain", "alice", Rights.Lookup | Rights.Read | Rights.Administer)]
    [InlineData("alice-l,alice-a,alice-r", "alice", "domain", "alice", Rights.Owners)]
    // a group's mailbox
    [InlineData("", "bob", "domain staff", "staff", Rights.Members)]
    [InlineData("", "bob", "domain", "staff", Rights.None)]
    [InlineData("staff+l", "bob", "domain staff", "staff", Rights.Lookup)]
    [InlineData("bob+i", "bob", "domain staff", "staff", Rights.Members | Rights.Insert)]
    [InlineData("boss+a", "bob", "domain boss", "staff", Rights.Administer)]
    [InlineData("bob-s", "bob", "domain staff", "staff", Rights.Lookup | Rights.Read)]
    public void Rights_add_up_and_what_is_denied_is_gone(string list, string user, string circles, string owner, Rights expected)
    {
        AccessList access = new([.. list.Split(',', StringSplitOptions.RemoveEmptyEntries).GroupBy(static entry => entry[..^2], Entry)]);
        Assert.Equal(expected, access.RightsOf(s_known[user], [.. circles.Split(' ').Select(static name => s_known[name])], s_known[owner]));
    }

    [Theory]
    [InlineData(SystemFlags.Seen, true, SystemFlags.Seen | SystemFlags.Flagged, SystemFlags.Seen | SystemFlags.Deleted)]
    [InlineData(SystemFlags.None, false, SystemFlags.Deleted | SystemFlags.Flagged, SystemFlags.Deleted | SystemFlags.Flagged)]
    [InlineData(~SystemFlags.None, true, SystemFlags.Seen | SystemFlags.Flagged, SystemFlags.Seen | SystemFlags.Flagged)]
    public void Flags_out_of_scope_stay(SystemFlags scope, bool keywords, SystemFlags to, SystemFlags expected)
    {
        // before: \Deleted and, where it stays, what is not in scope
        MessageFlags before = new(scope == SystemFlags.None ? SystemFlags.Deleted | SystemFlags.Flagged : SystemFlags.Deleted, ["old"]);
        MessageFlags after = new FlagScope(scope, keywords).Limit(before, new(to, ["new"]));
        Assert.Equal((expected, keywords ? "new" : "old"), (after.System, Assert.Single(after.Keywords)));
    }

    private static AccessEntry Entry(string subject, IEnumerable<string> marks)
    {
        Rights granted = Rights.None, denied = Rights.None;
        foreach (string mark in marks)
            _ = mark[^2] == '+' ? granted |= Of(mark[^1]) : denied |= Of(mark[^1]);
        return new(s_known[subject], granted, denied);
    }

    private static Rights Of(char letter) => letter switch
    {
        'l' => Rights.Lookup,
        'r' => Rights.Read,
        's' => Rights.KeepSeen,
        'i' => Rights.Insert,
        _ => Rights.Administer,
    };
}

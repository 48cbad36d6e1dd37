namespace DirMail.Routing;

/// <summary>
/// One rule: ("+" / "-") services ":" clients, each of them with "EXCEPT" and what is meant no more. Where it cannot be told whether a client is meant (a word cannot be read, or is about the client's name
/// while that is not known), the rule is taken in the way that refuses: one that grants does not match, one that refuses does.
/// </summary>
internal sealed record ServiceRule(bool Grants, ServiceList Services, ClientList Clients)
{
    /// <summary>As the directory has it.</summary>
    public required string Text { get; init; }

    /// <summary>Readable as every service, to every client.</summary>
    public bool IsForAll => Text.Length > 0 && Text[0] is '+' or '-' && Services.IsAll && Clients.IsEverybody;

    /// <param name="untoldGrants">What depends on a name that is not known is taken in the way that grants, to see whether the name matters.</param>
    public bool Matches(ServiceUse use, bool untoldGrants) => Services.Matches(use) && Clients.Matches(use, new(Unreadable: !Grants, Untold: Grants == untoldGrants));

    /// <summary>What cannot be read at all refuses every service to everybody, and is told, as is a client that is not understood; an unknown service is left out.</summary>
    public static ServiceRule Parse(string text, List<string> problems)
    {
        int colon = text.IndexOf(':');
        if (colon < 0 || text[0] is not ('+' or '-'))
            return Unreadable(text, "expected +services:clients or -services:clients", problems);
        ClientList clients = ClientList.Parse(RuleWords.Of(text[(colon + 1)..]), problems);
        if (clients.Patterns.IsEmpty)
            return Unreadable(text, "it names no clients", problems);
        return new(text[0] == '+', ServiceList.Parse(RuleWords.Of(text[1..colon])), clients) { Text = text };
    }

    private static ServiceRule Unreadable(string text, string why, List<string> problems)
    {
        problems.Add($"not a rule, so it refuses everybody: '{Entries.EntryValues.Shown(text)}' ({why})");
        return new(false, ServiceList.All, ClientList.Everybody) { Text = text };
    }
}

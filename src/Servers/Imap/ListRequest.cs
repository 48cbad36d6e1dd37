using DirMail.Servers.Imap.Commands;
using DirMail.Servers.Imap.Grammar;

namespace DirMail.Servers.Imap;

/// <summary>What LIST or LSUB asks for (RFC 9051 6.3.9, RFC 5258).</summary>
internal sealed record ListRequest
{
    /// <summary>Patterns of one command, and the length of each: a match costs the product of pattern and name.</summary>
    private const int MaxPatterns = 20;

    private const int MaxPatternLength = 1000;

    /// <summary>Each with the reference in front.</summary>
    public required IReadOnlyList<string> Patterns { get; init; }

    public bool OnlySubscribed { get; private set; }

    public bool OnlySpecialUse { get; private set; }

    /// <summary>Parents of what would match, too.</summary>
    public bool RecursiveMatch { get; private set; }

    public bool ShowSubscribed { get; private set; }

    /// <summary>RETURN (STATUS (...)): RFC 5819.</summary>
    public List<string>? StatusItems { get; private set; }

    /// <summary>RETURN (MYRIGHTS): RFC 8440.</summary>
    public bool ShowRights { get; private set; }

    /// <summary>LIST "" "": RFC 9051 6.3.9.</summary>
    public bool AsksForDelimiter => Patterns is [""];

    public bool Matches(string name)
    {
        foreach (string pattern in Patterns)
        {
            if (ListPattern.Matches(pattern, name))
                return true;
        }
        return false;
    }

    /// <summary>Reads everything after the command's name. Fails the reader on anything that is not understood.</summary>
    public static ListRequest Read(ImapReader arguments)
    {
        List<string> selections = [];
        arguments.Space();
        if (arguments.Next == '(')
        {
            selections = ReadWords(arguments);
            arguments.Space();
        }
        string reference = Arguments.Decoded(arguments, arguments.Astring());
        arguments.Space();
        ListRequest request = new() { Patterns = ReadPatterns(arguments, reference) };
        foreach (string selection in selections)
            request.Select(arguments, selection);
        if (request is { RecursiveMatch: true, OnlySubscribed: false })
            arguments.Fail("RECURSIVEMATCH needs SUBSCRIBED");
        if (arguments.Take(' '))
            request.ReadReturn(arguments);
        return request;
    }

    private static List<string> ReadPatterns(ImapReader arguments, string reference)
    {
        List<string> patterns = [];
        bool isList = arguments.Next == '(' && arguments.Open();
        do
        {
            string pattern = Arguments.Decoded(arguments, arguments.ListMailbox());
            patterns.Add(pattern.Length == 0 && !isList ? "" : reference + pattern);
            if (patterns.Count > MaxPatterns || patterns[^1].Length > MaxPatternLength)
                arguments.Fail("too many or too long patterns");
        }
        while (isList && arguments.Take(' ') && arguments.Ok);
        if (isList)
            arguments.Close();
        return patterns;
    }

    private static List<string> ReadWords(ImapReader arguments)
    {
        List<string> words = [];
        arguments.Open();
        while (arguments.Ok && arguments.Next != ')')
        {
            words.Add(arguments.Word());
            arguments.Take(' ');
        }
        arguments.Close();
        return words;
    }

    private void Select(ImapReader arguments, string selection)
    {
        switch (selection)
        {
            case "SUBSCRIBED":
                OnlySubscribed = ShowSubscribed = true;
                break;
            case "SPECIAL-USE":
                OnlySpecialUse = true;
                break;
            case "RECURSIVEMATCH":
                RecursiveMatch = true;
                break;
            case "REMOTE":
                break; // there are none
            default:
                arguments.Fail("expected a selection option that this server knows");
                break;
        }
    }

    private void ReadReturn(ImapReader arguments)
    {
        if (!arguments.TakeWord("RETURN"))
            arguments.Fail("expected RETURN");
        arguments.Open();
        while (arguments.Ok && arguments.Next != ')')
        {
            switch (arguments.Word())
            {
                case "SUBSCRIBED":
                    ShowSubscribed = true;
                    break;
                case "MYRIGHTS":
                    ShowRights = true;
                    break;
                case "CHILDREN" or "SPECIAL-USE":
                    break; // shown always
                case "STATUS":
                    arguments.Space();
                    StatusItems = Status.ReadItems(arguments);
                    break;
                default:
                    arguments.Fail("expected a return option that this server knows");
                    break;
            }
            arguments.Take(' ');
        }
        arguments.Close();
    }
}

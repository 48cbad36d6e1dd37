namespace DirMail.Sendmail;

/// <summary>
/// The options of sendmail, which follow no common rule: values stand in the same word or in the next (-f), in the same word only (-o, -B, -q), and words may be joined (-oi).
/// Those that mean nothing here are taken and passed over, as callers of all ages give them.
/// </summary>
internal sealed record SendmailOptions
{
    /// <summary>Those without a value, which may be followed by others in the same word (-ti).</summary>
    private const string JoinedFlags = "tinmvGU";

    /// <summary>Our own words, before all others: which server.</summary>
    public string? Settings { get; init; }
    public string? Data { get; init; }

    public SendmailMode Mode { get; init; }

    /// <summary>-t: recipients stand in the header too.</summary>
    public bool ReadsRecipients { get; init; }

    /// <summary>-i, -oi: a line with a dot alone ends nothing.</summary>
    public bool IgnoresDots { get; init; }

    /// <summary>-f, -r; "" or "&lt;&gt;" is the null path; null: the user who runs this.</summary>
    public string? Sender { get; init; }

    /// <summary>-F.</summary>
    public string? FullName { get; init; }

    /// <summary>-N: never, or success, failure, delay with commas; -R: full, hdrs; -V: the envelope's id; -B: the body's type. As SMTP says them.</summary>
    public string? Notify { get; init; }
    public string? Return { get; init; }
    public string? EnvelopeId { get; init; }
    public string? Body { get; init; }
    public IReadOnlyList<string> Recipients { get; init; } = [];

    /// <param name="problem">What cannot be understood; null: nothing.</param>
    public static SendmailOptions Read(IReadOnlyList<string> words, out string? problem)
    {
        var options = new SendmailOptions();
        problem = null;
        int i = 0;
        for (; i < words.Count && problem is null && words[i] is ['-', _, ..]; i++)
        {
            if (words[i] == "--")
            {
                i++;
                break;
            }
            string word = words[i];
            for (; word.Length > 2 && JoinedFlags.Contains(word[1]); word = "-" + word[2..])
                options = options.With(word[..2], "")!;
            string? value = word.Length > 2 ? word[2..] : null;
            bool takesNext = word is "--settings" or "--data" || (value is null && word[1] is 'f' or 'r' or 'F' or 'N' or 'R' or 'V' or 'B' or 'h' or 'L' or 'C' or 'X' or 'O' or 'p');
            if (takesNext && i + 1 == words.Count)
                problem = $"{word} needs a value";
            else if (options.With(word, takesNext ? words[++i] : value ?? "") is { } next)
                options = next;
            else
                problem = $"{word} is not known";
        }
        return options with { Recipients = [.. words.Skip(i).SelectMany(WrittenAddresses.InWord)] };
    }

    private SendmailOptions? With(string word, string value) => (word, word[1]) switch
    {
        ("--settings", _) => this with { Settings = value },
        ("--data", _) => this with { Data = value },
        ("-t", _) => this with { ReadsRecipients = true },
        ("-i" or "-oi", _) => this with { IgnoresDots = true },
        ("-bs", _) => this with { Mode = SendmailMode.Smtp },
        ("-bm", _) => this with { Mode = SendmailMode.Message },
        (_, 'q') => this with { Mode = SendmailMode.Queue },
        (_, 'f' or 'r') => this with { Sender = SenderIn(value) },
        (_, 'F') => this with { FullName = value },
        (_, 'N') => this with { Notify = value },
        (_, 'R') => this with { Return = value },
        (_, 'V') => this with { EnvelopeId = value },
        (_, 'B') => this with { Body = value },
        ("-G" or "-m" or "-n" or "-U" or "-v", _) or (_, 'e' or 'o' or 'O' or 'h' or 'L' or 'C' or 'X' or 'p' or 'A') => this,
        _ => null,
    };

    /// <summary>"Bob &lt;bob@bcd.com&gt;" is bob@bcd.com; what is no one address is left for the server to refuse.</summary>
    private static string SenderIn(string value) => value.Trim() is "<>" ? "" : WrittenAddresses.InWord(value).ToArray() is [var one] ? one : value;
}

internal enum SendmailMode
{
    /// <summary>-bm: a message on standard input.</summary>
    Message,

    /// <summary>-bs: SMTP on standard input and output.</summary>
    Smtp,

    /// <summary>-q: run the queue.</summary>
    Queue,
}

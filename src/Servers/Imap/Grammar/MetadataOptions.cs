namespace DirMail.Servers.Imap.Grammar;

/// <summary>"(MAXSIZE 1024 DEPTH infinity)" before the mailbox of GETMETADATA (RFC 5464 4.2.1, 4.2.2).</summary>
/// <param name="Depth">Levels below the named entry that are wanted, too.</param>
internal readonly record struct MetadataOptions(uint MaxSize, int Depth)
{
    public static MetadataOptions Read(ImapReader reader)
    {
        MetadataOptions options = new(uint.MaxValue, 0);
        if (reader.Next != '(')
            return options;
        reader.Open();
        do
        {
            switch (reader.Word())
            {
                case "MAXSIZE":
                    reader.Space();
                    options = options with { MaxSize = reader.Number() };
                    break;
                case "DEPTH":
                    reader.Space();
                    options = options with { Depth = ReadDepth(reader) };
                    break;
                default:
                    reader.Fail("expected MAXSIZE or DEPTH");
                    break;
            }
        }
        while (reader.Take(' ') && reader.Ok);
        reader.Close();
        reader.Space();
        return options;
    }

    /// <summary>Whether <paramref name="name"/> is the entry asked for, or lies below it and not too deep.</summary>
    public bool Reaches(string asked, string name)
    {
        if (!name.StartsWith(asked, StringComparison.OrdinalIgnoreCase))
            return false;
        string below = name[asked.Length..];
        return below.Length == 0 || below[0] == '/' && below.Count(static c => c == '/') <= Depth;
    }

    private static int ReadDepth(ImapReader reader)
    {
        switch (reader.Word())
        {
            case "0": return 0;
            case "1": return 1;
            case "INFINITY": return int.MaxValue;
            default:
                reader.Fail("expected 0, 1 or infinity");
                return 0;
        }
    }
}

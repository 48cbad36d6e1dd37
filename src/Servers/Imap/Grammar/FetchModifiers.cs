using DirMail.Mail;

namespace DirMail.Servers.Imap.Grammar;

/// <summary>"(CHANGEDSINCE 12345 VANISHED)" after the items of FETCH (RFC 7162 3.1.4, 3.2.6).</summary>
/// <param name="ChangedSince">Only messages with a higher MODSEQ are shown; null: all.</param>
/// <param name="Vanished">What was expunged since is told first.</param>
internal readonly record struct FetchModifiers(ModSeq? ChangedSince, bool Vanished)
{
    /// <summary>Nothing when there are none.</summary>
    public static FetchModifiers Read(ImapReader reader)
    {
        if (reader.AtEnd || !reader.Take(' '))
            return default;
        FetchModifiers modifiers = default;
        reader.Open();
        do
        {
            switch (reader.Word())
            {
                case "CHANGEDSINCE":
                    reader.Space();
                    modifiers = modifiers with { ChangedSince = reader.ModSeq() };
                    break;
                case "VANISHED":
                    modifiers = modifiers with { Vanished = true };
                    break;
                default:
                    reader.Fail("expected CHANGEDSINCE or VANISHED");
                    break;
            }
        }
        while (reader.Take(' ') && reader.Ok);
        reader.Close();
        return modifiers;
    }
}

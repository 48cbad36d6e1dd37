using System.Globalization;
using DirMail.Store;

namespace DirMail.Servers.Pop3;

/// <summary>Reads message numbers (RFC 1939 3).</summary>
internal static class Arguments
{
    /// <summary>No sign, no blanks; false for what is no number at all.</summary>
    public static bool TryNumber(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    /// <summary>The message of that number; else what to answer.</summary>
    public static MailboxEntry? Message(Pop3Session session, string text, out int number, out Answer problem)
    {
        if (!TryNumber(text, out number))
        {
            problem = Answer.Bad("give a message number");
            return null;
        }
        problem = Answer.Error("no such message");
        return session.Maildrop!.Find(number);
    }
}

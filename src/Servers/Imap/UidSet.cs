using System.Globalization;
using System.Text;
using DirMail.Mail;

namespace DirMail.Servers.Imap;

/// <summary>Writes numbers as a set, "1:3,7", in the given order (RFC 9051 uid-set).</summary>
internal static class UidSet
{
    public static void Append(StringBuilder text, IReadOnlyList<Uid> uids) => Append(text, uids.Count, index => uids[index].Value);

    public static void Append(StringBuilder text, IReadOnlyList<uint> numbers) => Append(text, numbers.Count, index => numbers[index]);

    private static void Append(StringBuilder text, int count, Func<int, uint> at)
    {
        for (int i = 0; i < count;)
        {
            int last = i;
            while (last + 1 < count && at(last + 1) == at(last) + 1)
                last++;
            text.Append(i > 0 ? "," : "").Append(CultureInfo.InvariantCulture, $"{at(i)}");
            if (last > i)
                text.Append(CultureInfo.InvariantCulture, $":{at(last)}");
            i = last + 1;
        }
    }
}

using System.Collections.Frozen;
using DirMail.Servers.Pop3.Commands;

namespace DirMail.Servers.Pop3;

/// <summary>Every command, and with it every capability that is announced: what is not in this table is not offered.</summary>
internal static class Pop3CommandTable
{
    public static readonly IReadOnlyList<Pop3Command> Rows =
    [
        new("CAPA", Needs.Nothing, Capa.RunAsync) { Capabilities = ["RESP-CODES", "AUTH-RESP-CODE", "PIPELINING", "EXPIRE NEVER", "IMPLEMENTATION DirMail"] },
        new("QUIT", Needs.Nothing, Quit.RunAsync),
        new("STLS", Needs.NoLogin, Stls.RunAsync) { Capabilities = ["STLS"], IsOffered = static session => session.MayStartTls },
        new("USER", Needs.NoLogin, User.RunAsync) { Capabilities = ["USER"], IsOffered = static session => session.MayLogIn },
        new("PASS", Needs.NoLogin, Pass.RunAsync) { Told = Pass.Delay },
        new("AUTH", Needs.NoLogin, Auth.RunAsync) { Capabilities = ["SASL PLAIN LOGIN"], IsOffered = static session => session.MayLogIn },
        new("UTF8", Needs.NoLogin, Commands.Utf8.RunAsync) { Capabilities = ["UTF8 USER"] },
        new("LANG", Needs.Nothing, Lang.RunAsync) { Capabilities = ["LANG"] },

        new("STAT", Needs.Maildrop, Stat.RunAsync),
        new("LIST", Needs.Maildrop, List.RunAsync),
        new("UIDL", Needs.Maildrop, Uidl.RunAsync) { Capabilities = ["UIDL"] },
        new("RETR", Needs.Maildrop, Retr.RunAsync),
        new("TOP", Needs.Maildrop, Top.RunAsync) { Capabilities = ["TOP"] },
        new("DELE", Needs.Maildrop, Dele.RunAsync),
        new("RSET", Needs.Maildrop, Rset.RunAsync),
        new("NOOP", Needs.Maildrop, Noop.RunAsync),
    ];

    private static readonly FrozenDictionary<string, Pop3Command> ByName = Rows.ToFrozenDictionary(static row => row.Name, StringComparer.OrdinalIgnoreCase);

    public static Pop3Command? Find(string name) => ByName.GetValueOrDefault(name);
}

using System.Collections.Frozen;
using DirMail.Servers.Imap.Commands;

namespace DirMail.Servers.Imap;

/// <summary>Every command, and with it every capability that is announced: what is not in this table is not offered.</summary>
internal static class ImapCommandTable
{
    public static readonly IReadOnlyList<ImapCommand> Rows =
    [
        new("CAPABILITY", Needs.Nothing, Effect.MayExpunge, Capability.RunAsync) { Capability = "IMAP4rev1 IMAP4rev2 LITERAL-" },
        new("NOOP", Needs.Nothing, Effect.MayExpunge, Noop.RunAsync),
        new("LOGOUT", Needs.Nothing, Effect.Silent, Logout.RunAsync),
        new("ID", Needs.Nothing, Effect.MayExpunge, Id.RunAsync) { Capability = "ID" },
        new("STARTTLS", Needs.NoLogin, Effect.Silent, StartTls.RunAsync),
        new("LOGIN", Needs.NoLogin, Effect.Silent, Login.RunAsync),
        new("AUTHENTICATE", Needs.NoLogin, Effect.Silent, Authenticate.RunAsync) { Capability = "SASL-IR" },

        new("ENABLE", Needs.Login, Effect.MayExpunge, Enable.RunAsync) { Capability = "ENABLE UTF8=ACCEPT" },
        new("COMPRESS", Needs.Login, Effect.Silent, Compress.RunAsync) { Capability = "COMPRESS=DEFLATE" },
        new("NAMESPACE", Needs.Login, Effect.MayExpunge, Namespace.RunAsync) { Capability = "NAMESPACE" },
        new("LIST", Needs.Login, Effect.MayExpunge, List.RunAsync) { Capability = "CHILDREN SPECIAL-USE LIST-EXTENDED LIST-STATUS LIST-MYRIGHTS" },
        new("LSUB", Needs.Login, Effect.MayExpunge, Lsub.RunAsync),
        new("SELECT", Needs.Login, Effect.Silent, Select.RunAsync) { Capability = "CONDSTORE QRESYNC" },
        new("EXAMINE", Needs.Login, Effect.Silent, Select.ExamineAsync),
        new("STATUS", Needs.Login, Effect.MayExpunge, Status.RunAsync) { Capability = "STATUS=SIZE OBJECTID" },
        new("GETQUOTA", Needs.Login, Effect.MayExpunge, Quotas.RunAsync) { Capability = "QUOTA QUOTA=RES-STORAGE QUOTA=RES-MESSAGE" },
        new("GETQUOTAROOT", Needs.Login, Effect.MayExpunge, Quotas.RootAsync),
        new("GETMETADATA", Needs.Login, Effect.MayExpunge, Metadata.GetAsync) { Capability = "METADATA" },
        new("SETMETADATA", Needs.Login, Effect.MayExpunge, Metadata.SetAsync),
        new("SETACL", Needs.Login, Effect.MayExpunge, Acl.SetAsync) { Capability = "ACL RIGHTS=texk" },
        new("DELETEACL", Needs.Login, Effect.MayExpunge, Acl.DeleteAsync),
        new("GETACL", Needs.Login, Effect.MayExpunge, Acl.GetAsync),
        new("LISTRIGHTS", Needs.Login, Effect.MayExpunge, Acl.ListRightsAsync),
        new("MYRIGHTS", Needs.Login, Effect.MayExpunge, Acl.MyRightsAsync),
        new("SETQUOTA", Needs.Login, Effect.MayExpunge, Quotas.SetAsync),
        new("CREATE", Needs.Login, Effect.MayExpunge, Create.RunAsync) { Capability = "CREATE-SPECIAL-USE" },
        new("DELETE", Needs.Login, Effect.MayExpunge, Delete.RunAsync),
        new("RENAME", Needs.Login, Effect.MayExpunge, Rename.RunAsync),
        new("SUBSCRIBE", Needs.Login, Effect.MayExpunge, Subscribe.RunAsync),
        new("UNSUBSCRIBE", Needs.Login, Effect.MayExpunge, Subscribe.UnsubscribeAsync),
        new("APPEND", Needs.Login, Effect.MayExpunge, Append.RunAsync) { Capability = "APPENDLIMIT MULTIAPPEND", TakesMessage = true },
        new("IDLE", Needs.Login, Effect.MayExpunge, Idle.RunAsync) { Capability = "IDLE" },

        new("CHECK", Needs.Mailbox, Effect.MayExpunge, Noop.CheckAsync),
        new("CLOSE", Needs.Mailbox, Effect.Silent, Close.RunAsync),
        new("UNSELECT", Needs.Mailbox, Effect.Silent, Close.UnselectAsync) { Capability = "UNSELECT" },
        new("EXPUNGE", Needs.Mailbox, Effect.MayExpunge, Expunge.RunAsync),
        new("SEARCH", Needs.Mailbox, Effect.UsesSequenceNumbers, Search.RunAsync) { Capability = "ESEARCH WITHIN SEARCHRES" },
        new("SORT", Needs.Mailbox, Effect.UsesSequenceNumbers, Sort.RunAsync) { Capability = "SORT SORT=DISPLAY" },
        new("THREAD", Needs.Mailbox, Effect.UsesSequenceNumbers, Commands.Thread.RunAsync) { Capability = "THREAD=ORDEREDSUBJECT THREAD=REFERENCES" },
        new("FETCH", Needs.Mailbox, Effect.UsesSequenceNumbers, Fetch.RunAsync) { Capability = "BINARY PREVIEW SAVEDATE" },
        new("STORE", Needs.Mailbox, Effect.UsesSequenceNumbers, Commands.Store.RunAsync),
        new("COPY", Needs.Mailbox, Effect.MayExpunge, Copy.RunAsync),
        new("MOVE", Needs.Mailbox, Effect.MayExpunge, Move.RunAsync) { Capability = "MOVE" },
        new("REPLACE", Needs.Mailbox, Effect.MayExpunge, Replace.RunAsync) { Capability = "REPLACE", TakesMessage = true },

        new("UID EXPUNGE", Needs.Mailbox, Effect.MayExpunge, Expunge.UidAsync) { Capability = "UIDPLUS" },
        new("UID SEARCH", Needs.Mailbox, Effect.MayExpunge, Search.UidAsync),
        new("UID REPLACE", Needs.Mailbox, Effect.MayExpunge, Replace.UidAsync) { TakesMessage = true },
        new("UID SORT", Needs.Mailbox, Effect.MayExpunge, Sort.UidAsync),
        new("UID THREAD", Needs.Mailbox, Effect.MayExpunge, Commands.Thread.UidAsync),
        new("UID FETCH", Needs.Mailbox, Effect.MayExpunge, Fetch.UidAsync),
        new("UID STORE", Needs.Mailbox, Effect.MayExpunge, Commands.Store.UidAsync),
        new("UID COPY", Needs.Mailbox, Effect.MayExpunge, Copy.UidAsync),
        new("UID MOVE", Needs.Mailbox, Effect.MayExpunge, Move.UidAsync),
    ];

    private static readonly FrozenDictionary<string, ImapCommand> s_byName = Rows.ToFrozenDictionary(row => row.Name, StringComparer.Ordinal);

    /// <param name="name">Upper case.</param>
    public static ImapCommand? Find(string name) => s_byName.GetValueOrDefault(name);
}

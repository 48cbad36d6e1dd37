namespace DirMail.Store.Checking;

/// <summary>
/// What must hold between rows; docs/reliability.md explains it. In the order in which it can be mended: first what refers to nothing, then sizes, then what is counted from the rest.
/// Nothing that could still be read is removed by any of it.
/// </summary>
internal static class Invariants
{
    private const string NoMessage = "NOT EXISTS (SELECT 1 FROM rendition r JOIN content c ON c.id = r.content WHERE r.id = ";

    public static readonly IReadOnlyList<Invariant> All =
    [
        new("database damaged", "SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'") { Mended = "indexes built anew", Mend = ["REINDEX"] },
        new("entry whose message is not there", $"""
            SELECT ifnull(a.name, 'account ' || ifnull(m.account, 'gone')) || ' ' || ifnull(m.name, 'deleted mailbox') || ' UID ' || e.uid
            FROM entry e JOIN mailbox m ON m.id = e.mailbox LEFT JOIN account a ON a.id = m.account WHERE {NoMessage}e.rendition)
            """)
        {
            Mended = "entry without a message taken out",
            Mend =
            [
                $"UPDATE mailbox SET modseq = modseq + 1 WHERE id IN (SELECT mailbox FROM entry e WHERE {NoMessage}e.rendition))",
                $"INSERT OR IGNORE INTO expunged (mailbox, modseq, uid) SELECT e.mailbox, m.modseq, e.uid FROM entry e JOIN mailbox m ON m.id = e.mailbox WHERE {NoMessage}e.rendition)",
                $"DELETE FROM entry AS e WHERE {NoMessage}e.rendition)",
            ],
        },
        new("queued message whose octets are not there", $"""
            SELECT q.id || ' from ' || ifnull(q.sender, '<>') || ' to ' || ifnull((SELECT group_concat(final, ', ') FROM queue_recipient WHERE message = q.id), 'nobody')
            FROM queue_message q WHERE {NoMessage}q.rendition)
            """)
        {
            Mended = "queued message without octets taken out",
            Mend =
            [
                $"DELETE FROM queue_recipient WHERE message IN (SELECT id FROM queue_message q WHERE {NoMessage}q.rendition))",
                $"DELETE FROM queue_message AS q WHERE {NoMessage}q.rendition)",
            ],
        },
        new("rendition without a content", "SELECT id FROM rendition r WHERE NOT EXISTS (SELECT 1 FROM content WHERE id = r.content)")
        {
            Mended = "rendition without a content taken out",
            Mend = ["DELETE FROM rendition AS r WHERE NOT EXISTS (SELECT 1 FROM content WHERE id = r.content)"],
        },
        new("recipient without a queued message", "SELECT id || ' ' || final FROM queue_recipient r WHERE NOT EXISTS (SELECT 1 FROM queue_message WHERE id = r.message)")
        {
            Mended = "recipient without a message taken out",
            Mend = ["DELETE FROM queue_recipient AS r WHERE NOT EXISTS (SELECT 1 FROM queue_message WHERE id = r.message)"],
        },
        new("queued message without a recipient", "SELECT id FROM queue_message m WHERE NOT EXISTS (SELECT 1 FROM queue_recipient r WHERE r.message = m.id)")
        {
            Mended = "queued message for nobody taken out",
            Mend = ["DELETE FROM queue_message AS m WHERE NOT EXISTS (SELECT 1 FROM queue_recipient r WHERE r.message = m.id)"],
        },
        new("recipient in another lane than its message", "SELECT r.id FROM queue_recipient r JOIN queue_message m ON m.id = r.message WHERE r.lane <> m.lane")
        {
            Mended = "recipient put into its message's lane",
            Mend = ["UPDATE queue_recipient SET lane = (SELECT lane FROM queue_message WHERE id = message) WHERE lane <> (SELECT lane FROM queue_message WHERE id = message)"],
        },
        new("recipient with another destination than its message", "SELECT r.id FROM queue_recipient r JOIN queue_message m ON m.id = r.message WHERE r.destination <> m.destination")
        {
            Mended = "recipient given its message's destination",
            Mend = ["UPDATE queue_recipient SET destination = (SELECT destination FROM queue_message WHERE id = message) WHERE destination <> (SELECT destination FROM queue_message WHERE id = message)"],
        },
        new("lane's count differs from its recipients", "SELECT id FROM lane l WHERE recipients <> (SELECT count(*) FROM queue_recipient r WHERE r.lane = l.id)")
        {
            Mended = "lane counted anew",
            Mend = ["UPDATE lane SET recipients = (SELECT count(*) FROM queue_recipient r WHERE r.lane = lane.id)"],
        },
        new("content of another size than its row says", "SELECT id FROM content WHERE data IS NOT NULL AND length(data) <> octets"),
        new("rendition's size is not prefix and content", "SELECT r.id FROM rendition r JOIN content c ON c.id = r.content WHERE r.octets <> c.octets + length(r.prefix) - r.replaces")
        {
            Mended = "rendition measured anew",
            Mend = ["UPDATE rendition SET octets = (SELECT c.octets FROM content c WHERE c.id = content) + length(prefix) - replaces WHERE octets <> (SELECT c.octets FROM content c WHERE c.id = content) + length(prefix) - replaces"],
        },
        new("entry's size differs from its message's", "SELECT e.mailbox || '/' || e.uid FROM entry e JOIN rendition r ON r.id = e.rendition WHERE e.octets <> r.octets")
        {
            Mended = "entry measured anew",
            Mend = ["UPDATE entry SET octets = (SELECT r.octets FROM rendition r WHERE r.id = rendition) WHERE octets <> (SELECT r.octets FROM rendition r WHERE r.id = rendition)"],
        },
        new("rendition without a reference is not marked for removal, or the other way round", """
            SELECT r.id FROM rendition r
            WHERE (r.unreferenced IS NULL) <> (EXISTS (SELECT 1 FROM entry e WHERE e.rendition = r.id) OR EXISTS (SELECT 1 FROM queue_message q WHERE q.rendition = r.id))
            """)
        {
            Mended = "rendition's mark set by its references",
            Mend =
            [
                """
                UPDATE rendition SET unreferenced = NULL
                WHERE unreferenced IS NOT NULL AND (EXISTS (SELECT 1 FROM entry e WHERE e.rendition = rendition.id) OR EXISTS (SELECT 1 FROM queue_message q WHERE q.rendition = rendition.id))
                """,
                """
                UPDATE rendition SET unreferenced = unixepoch() * 1000
                WHERE unreferenced IS NULL AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.rendition = rendition.id) AND NOT EXISTS (SELECT 1 FROM queue_message q WHERE q.rendition = rendition.id)
                """,
            ],
        },
        new("content without a rendition", "SELECT id FROM content c WHERE NOT EXISTS (SELECT 1 FROM rendition WHERE content = c.id) AND NOT EXISTS (SELECT 1 FROM expansion WHERE content = c.id)"),
        new("expunged UID is still there", "SELECT x.mailbox || '/' || x.uid FROM expunged x WHERE EXISTS (SELECT 1 FROM entry e WHERE e.mailbox = x.mailbox AND e.uid = x.uid)")
        {
            Mended = "note of an expunged UID that is there taken out",
            Mend = ["DELETE FROM expunged AS x WHERE EXISTS (SELECT 1 FROM entry e WHERE e.mailbox = x.mailbox AND e.uid = x.uid)"],
        },
        new("annotation of a mailbox that is not there", """
            SELECT mailbox || ' ' || name FROM annotation n WHERE mailbox <> 0 AND NOT EXISTS (SELECT 1 FROM mailbox m WHERE m.id = n.mailbox AND m.account IS NOT NULL)
            """)
        {
            Mended = "annotation without a mailbox taken out",
            Mend = ["DELETE FROM annotation AS n WHERE mailbox <> 0 AND NOT EXISTS (SELECT 1 FROM mailbox m WHERE m.id = n.mailbox AND m.account IS NOT NULL)"],
        },
        new("rights in a mailbox that is not there", $"SELECT mailbox || ' of ' || hex(subject) FROM acl l WHERE {NoMailbox}l.mailbox)")
        {
            Mended = "rights without a mailbox taken out",
            Mend = [$"DELETE FROM acl AS l WHERE {NoMailbox}l.mailbox)"],
        },
        new("reader's note of a message that is not there", $"SELECT r.mailbox || '/' || n.uid FROM reading n JOIN reader r ON r.id = n.reader WHERE r.account IS NOT NULL AND {NoReadEntry}")
        {
            Mended = "reader's note without a message taken out",
            Mend = [$"DELETE FROM reading WHERE (reader, uid) IN (SELECT n.reader, n.uid FROM reading n JOIN reader r ON r.id = n.reader WHERE {NoReadEntry})"],
        },
        new("owner among the readers of the own mailbox", "SELECT r.id FROM reader r JOIN mailbox m ON m.id = r.mailbox WHERE r.account = m.account"),
        new("reader's count of messages seen differs from the notes", $"SELECT id FROM reader r WHERE account IS NOT NULL AND seen <> {CountSeen}")
        {
            Mended = "messages seen by a reader counted anew",
            Mend = [$"UPDATE reader AS r SET seen = {CountSeen}"],
        },
        new("UID at or above the mailbox's UIDNEXT", """
            SELECT e.mailbox || '/' || e.uid FROM entry e JOIN mailbox m ON m.id = e.mailbox WHERE e.uid >= m.uidnext OR e.uid < 1
            UNION ALL SELECT x.mailbox || '/' || x.uid FROM expunged x JOIN mailbox m ON m.id = x.mailbox WHERE x.uid >= m.uidnext
            """)
        {
            Mended = "UIDNEXT raised above its UIDs",
            Mend =
            [
                """
                UPDATE mailbox SET uidnext = max(uidnext, ifnull((SELECT max(uid) FROM entry WHERE mailbox = mailbox.id), 0) + 1,
                    ifnull((SELECT max(uid) FROM expunged WHERE mailbox = mailbox.id), 0) + 1)
                """,
            ],
        },
        new("MODSEQ above the mailbox's highest", """
            SELECT e.mailbox || '/' || e.uid FROM entry e JOIN mailbox m ON m.id = e.mailbox WHERE e.modseq > m.modseq
            UNION ALL SELECT x.mailbox || '/' || x.uid FROM expunged x JOIN mailbox m ON m.id = x.mailbox WHERE x.modseq > m.modseq
            UNION ALL SELECT r.mailbox || '/' || n.uid FROM reading n JOIN reader r ON r.id = n.reader JOIN mailbox m ON m.id = r.mailbox WHERE n.modseq > m.modseq
            """)
        {
            Mended = "highest MODSEQ raised",
            Mend =
            [
                """
                UPDATE mailbox SET modseq = max(modseq, ifnull((SELECT max(modseq) FROM entry WHERE mailbox = mailbox.id), 0), ifnull((SELECT max(modseq) FROM expunged WHERE mailbox = mailbox.id), 0),
                    ifnull((SELECT max(n.modseq) FROM reading n JOIN reader r ON r.id = n.reader WHERE r.mailbox = mailbox.id), 0))
                """,
            ],
        },
        new("UIDVALIDITY above the last one given", "SELECT id FROM mailbox WHERE uidvalidity > (SELECT value FROM counter WHERE name = 'uidvalidity')")
        {
            Mended = "last UIDVALIDITY raised",
            Mend = ["UPDATE counter SET value = (SELECT max(uidvalidity) FROM mailbox) WHERE name = 'uidvalidity'"],
        },
        new("mailbox that is a name only holds entries", "SELECT id FROM mailbox m WHERE noselect = 1 AND EXISTS (SELECT 1 FROM entry e WHERE e.mailbox = m.id)")
        {
            Mended = "name with entries made a mailbox",
            Mend = ["UPDATE mailbox SET noselect = 0 WHERE noselect = 1 AND EXISTS (SELECT 1 FROM entry e WHERE e.mailbox = mailbox.id)"],
        },
        new("mailbox counters differ from its entries", """
            SELECT m.id FROM mailbox m LEFT JOIN (
                SELECT mailbox, count(*) AS messages, sum(flags & 1 = 0) AS unseen, sum(flags & 8 <> 0) AS deleted, sum(octets) AS octets FROM entry GROUP BY mailbox
            ) e ON e.mailbox = m.id
            WHERE m.account IS NOT NULL AND (m.messages <> ifnull(e.messages, 0) OR m.unseen <> ifnull(e.unseen, 0) OR m.deleted <> ifnull(e.deleted, 0) OR m.octets <> ifnull(e.octets, 0))
            """)
        {
            Mended = "mailbox counted anew",
            Mend =
            [
                """
                UPDATE mailbox SET (messages, unseen, deleted, octets) =
                    (SELECT count(*), ifnull(sum(flags & 1 = 0), 0), ifnull(sum(flags & 8 <> 0), 0), ifnull(sum(e.octets), 0) FROM entry e WHERE e.mailbox = mailbox.id) WHERE account IS NOT NULL
                """,
            ],
        },
        new("account usage differs from its mailboxes", """
            SELECT a.id FROM account a LEFT JOIN (SELECT account, sum(messages) AS messages, sum(octets) AS octets FROM mailbox GROUP BY account) m ON m.account = a.id
            WHERE a.messages <> ifnull(m.messages, 0) OR a.octets <> ifnull(m.octets, 0)
            """)
        {
            Mended = "account's usage counted anew",
            Mend =
            [
                "UPDATE account SET (messages, octets) = (SELECT ifnull(sum(m.messages), 0), ifnull(sum(m.octets), 0) FROM mailbox m WHERE m.account = account.id)",
            ],
        },
        new("domain usage differs from its accounts", """
            SELECT hex(q.domain) FROM quota q LEFT JOIN (SELECT domain, sum(messages) AS messages, sum(octets) AS octets FROM account GROUP BY domain) a ON a.domain = q.domain
            WHERE q.messages <> ifnull(a.messages, 0) OR q.octets <> ifnull(a.octets, 0)
            """)
        {
            Mended = "domain's usage counted anew",
            Mend = [DropUsage, CountUsage],
        },
        new("account counts for a domain that has no usage", "SELECT id FROM account a WHERE domain IS NOT NULL AND NOT EXISTS (SELECT 1 FROM quota q WHERE q.domain = a.domain)")
        {
            Mended = "domain's usage counted anew",
            Mend = [DropUsage, CountUsage],
        },
        new("id above those given out", "SELECT id FROM content WHERE id > (SELECT value FROM counter WHERE name = 'id')")
        {
            Mended = "last id raised",
            Mend = ["UPDATE counter SET value = (SELECT max(id) FROM content) WHERE name = 'id'"],
        },
        new("total of contents differs from their number", "SELECT value FROM counter WHERE name = 'contents' AND value <> (SELECT count(*) FROM content)")
        {
            Mended = "contents counted anew",
            Mend = ["UPDATE counter SET value = (SELECT count(*) FROM content) WHERE name = 'contents'"],
        },
        new("total of octets differs from their sum", "SELECT value FROM counter WHERE name = 'octets' AND value <> (SELECT ifnull(sum(octets), 0) FROM content)")
        {
            Mended = "octets of contents added up anew",
            Mend = ["UPDATE counter SET value = (SELECT ifnull(sum(octets), 0) FROM content) WHERE name = 'octets'"],
        },
        new("reference to a row that is not there", "SELECT \"table\" || ' ' || ifnull(rowid, '') || ' to ' || parent FROM pragma_foreign_key_check"),
    ];

    private const string NoMailbox = "NOT EXISTS (SELECT 1 FROM mailbox m WHERE m.account IS NOT NULL AND m.id = ";

    private const string NoReadEntry = "NOT EXISTS (SELECT 1 FROM entry e WHERE e.mailbox = r.mailbox AND e.uid = n.uid) AND EXISTS (SELECT 1 FROM mailbox m WHERE m.id = r.mailbox AND m.account IS NOT NULL)";

    private const string CountSeen = "(SELECT ifnull(sum(n.seen), 0) FROM reading n WHERE n.reader = r.id)";

    private const string DropUsage = "DELETE FROM quota";

    private const string CountUsage = "INSERT INTO quota (domain, messages, octets) SELECT domain, sum(messages), sum(octets) FROM account WHERE domain IS NOT NULL GROUP BY domain";
}

namespace DirMail.Store.Checking;

/// <summary>What must hold between rows, each as a query for the rows that break it; its one column says which. docs/reliability.md explains them.</summary>
internal static class Invariants
{
    public static readonly IReadOnlyList<(string Broken, string Sql)> All =
    [
        ("mailbox counters differ from its entries", """
            SELECT m.id FROM mailbox m LEFT JOIN (
                SELECT mailbox, count(*) AS messages, sum(flags & 1 = 0) AS unseen, sum(flags & 8 <> 0) AS deleted, sum(octets) AS octets FROM entry GROUP BY mailbox
            ) e ON e.mailbox = m.id
            WHERE m.account IS NOT NULL AND (m.messages <> ifnull(e.messages, 0) OR m.unseen <> ifnull(e.unseen, 0) OR m.deleted <> ifnull(e.deleted, 0) OR m.octets <> ifnull(e.octets, 0))
            """),
        ("account usage differs from its mailboxes", """
            SELECT a.id FROM account a LEFT JOIN (SELECT account, sum(messages) AS messages, sum(octets) AS octets FROM mailbox GROUP BY account) m ON m.account = a.id
            WHERE a.messages <> ifnull(m.messages, 0) OR a.octets <> ifnull(m.octets, 0)
            """),
        ("domain usage differs from its accounts", """
            SELECT hex(q.domain) FROM quota q LEFT JOIN (SELECT domain, sum(messages) AS messages, sum(octets) AS octets FROM account GROUP BY domain) a ON a.domain = q.domain
            WHERE q.messages <> ifnull(a.messages, 0) OR q.octets <> ifnull(a.octets, 0)
            """),
        ("account counts for a domain that has no usage", "SELECT id FROM account a WHERE domain IS NOT NULL AND NOT EXISTS (SELECT 1 FROM quota q WHERE q.domain = a.domain)"),
        ("UID at or above the mailbox's UIDNEXT", "SELECT e.mailbox || '/' || e.uid FROM entry e JOIN mailbox m ON m.id = e.mailbox WHERE e.uid >= m.uidnext OR e.uid < 1"),
        ("MODSEQ above the mailbox's highest", "SELECT e.mailbox || '/' || e.uid FROM entry e JOIN mailbox m ON m.id = e.mailbox WHERE e.modseq > m.modseq"),
        ("expunged UID is still there or above the mailbox's counters", """
            SELECT x.mailbox || '/' || x.uid FROM expunged x JOIN mailbox m ON m.id = x.mailbox
            WHERE x.uid >= m.uidnext OR x.modseq > m.modseq OR EXISTS (SELECT 1 FROM entry e WHERE e.mailbox = x.mailbox AND e.uid = x.uid)
            """),
        ("UIDVALIDITY above the last one given", "SELECT id FROM mailbox WHERE uidvalidity > (SELECT value FROM counter WHERE name = 'uidvalidity')"),
        ("mailbox that is a name only holds entries", "SELECT id FROM mailbox WHERE noselect = 1 AND messages > 0"),
        ("entry's size differs from its message's", "SELECT e.mailbox || '/' || e.uid FROM entry e JOIN rendition r ON r.id = e.rendition WHERE e.octets <> r.octets"),
        ("rendition's size is not prefix and content", "SELECT r.id FROM rendition r JOIN content c ON c.id = r.content WHERE r.octets <> c.octets + length(r.prefix)"),
        ("rendition without a reference is not marked for removal, or the other way round", """
            SELECT r.id FROM rendition r
            WHERE (r.unreferenced IS NULL) <> (EXISTS (SELECT 1 FROM entry e WHERE e.rendition = r.id) OR EXISTS (SELECT 1 FROM queue_message q WHERE q.rendition = r.id))
            """),
        ("content without a rendition", "SELECT id FROM content c WHERE NOT EXISTS (SELECT 1 FROM rendition WHERE content = c.id) AND NOT EXISTS (SELECT 1 FROM expansion WHERE content = c.id)"),
        ("content of another size than its row says", "SELECT id FROM content WHERE data IS NOT NULL AND length(data) <> octets"),
        ("id above those given out", "SELECT id FROM content WHERE id > (SELECT value FROM counter WHERE name = 'id')"),
        ("total of contents differs from their number", "SELECT value FROM counter WHERE name = 'contents' AND value <> (SELECT count(*) FROM content)"),
        ("total of octets differs from their sum", "SELECT value FROM counter WHERE name = 'octets' AND value <> (SELECT ifnull(sum(octets), 0) FROM content)"),
        ("lane's count differs from its recipients", "SELECT id FROM lane l WHERE recipients <> (SELECT count(*) FROM queue_recipient r WHERE r.lane = l.id)"),
        ("queued message without a recipient", "SELECT id FROM queue_message m WHERE NOT EXISTS (SELECT 1 FROM queue_recipient r WHERE r.message = m.id)"),
        ("recipient in another lane than its message", "SELECT r.id FROM queue_recipient r JOIN queue_message m ON m.id = r.message WHERE r.lane <> m.lane"),
        ("reference to a row that is not there", "SELECT \"table\" || ' ' || ifnull(rowid, '') || ' to ' || parent FROM pragma_foreign_key_check"),
        ("database damaged", "SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'"),
    ];
}

namespace DirMail.Store.Sqlite;

/// <summary>The relational schema. <c>user_version</c> counts the migrations that have run; one that has been released is never edited, only followed by another.</summary>
internal static class Schema
{
    /// <summary>Measured with 10 KB messages: smaller pages make long overflow chains, larger ones make every small change dear in the log.</summary>
    public const int PageOctets = 8192;

    private static readonly string[] Migrations =
    [
        """
        -- Counters that never go back: 'id' gives contents and renditions their ids, 'uidvalidity' is the last one used anywhere.
        CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        INSERT INTO counter VALUES ('id', 1), ('uidvalidity', 0), ('contents', 0), ('octets', 0);

        -- One per directory entry that has mail; messages and octets are the sums over its mailboxes.
        CREATE TABLE account (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            entry BLOB NOT NULL UNIQUE,
            messages INTEGER NOT NULL DEFAULT 0,
            octets INTEGER NOT NULL DEFAULT 0);

        -- account and name are null once it is deleted; its entries are then removed in slices.
        CREATE TABLE mailbox (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            account INTEGER REFERENCES account,
            name TEXT,
            uidvalidity INTEGER NOT NULL,
            uidnext INTEGER NOT NULL DEFAULT 1,
            modseq INTEGER NOT NULL DEFAULT 1,
            special_use TEXT,
            noselect INTEGER NOT NULL DEFAULT 0,
            messages INTEGER NOT NULL DEFAULT 0,
            unseen INTEGER NOT NULL DEFAULT 0,
            deleted INTEGER NOT NULL DEFAULT 0,
            octets INTEGER NOT NULL DEFAULT 0,
            UNIQUE (account, name));
        CREATE INDEX mailbox_gone ON mailbox (id) WHERE account IS NULL;

        -- Subscriptions outlive the mailbox they name (RFC 9051 6.3.7).
        CREATE TABLE subscription (account INTEGER NOT NULL REFERENCES account, name TEXT NOT NULL, PRIMARY KEY (account, name)) WITHOUT ROWID;

        -- The original octets, once; data is null when they lie in a file named by the id. Large columns last, so that the others are read without them.
        CREATE TABLE content (
            id INTEGER PRIMARY KEY,
            octets INTEGER NOT NULL,
            hash BLOB NOT NULL,
            structure BLOB NOT NULL,
            data BLOB);

        -- Content with the octets before it; unreferenced is the time since when nothing refers to it.
        CREATE TABLE rendition (
            id INTEGER PRIMARY KEY,
            content INTEGER NOT NULL REFERENCES content,
            octets INTEGER NOT NULL,
            unreferenced INTEGER,
            prefix BLOB NOT NULL);
        CREATE INDEX rendition_content ON rendition (content);
        CREATE INDEX rendition_unreferenced ON rendition (unreferenced) WHERE unreferenced IS NOT NULL;

        CREATE TABLE entry (
            mailbox INTEGER NOT NULL REFERENCES mailbox,
            uid INTEGER NOT NULL,
            rendition INTEGER NOT NULL REFERENCES rendition,
            octets INTEGER NOT NULL,
            flags INTEGER NOT NULL,
            keywords TEXT,
            internal_date INTEGER NOT NULL,
            modseq INTEGER NOT NULL,
            acceptance INTEGER,
            PRIMARY KEY (mailbox, uid)) WITHOUT ROWID;
        CREATE INDEX entry_changed ON entry (mailbox, modseq);
        CREATE INDEX entry_rendition ON entry (rendition);
        CREATE UNIQUE INDEX entry_delivery ON entry (acceptance, mailbox) WHERE acceptance IS NOT NULL;

        CREATE TABLE expunged (
            mailbox INTEGER NOT NULL REFERENCES mailbox,
            modseq INTEGER NOT NULL,
            uid INTEGER NOT NULL,
            PRIMARY KEY (mailbox, modseq, uid)) WITHOUT ROWID;

        -- A queue of a domain on a channel; recipients counts its rows.
        CREATE TABLE lane (
            id INTEGER PRIMARY KEY,
            domain BLOB NOT NULL,
            channel TEXT NOT NULL,
            recipients INTEGER NOT NULL DEFAULT 0,
            UNIQUE (domain, channel));

        CREATE TABLE queue_message (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            lane INTEGER NOT NULL REFERENCES lane,
            acceptance INTEGER NOT NULL,
            rendition INTEGER NOT NULL REFERENCES rendition,
            destination TEXT NOT NULL,
            owner BLOB,
            host_name TEXT NOT NULL,
            v4 BLOB,
            v6 BLOB,
            sender TEXT,
            envelope_id TEXT,
            return_content INTEGER,
            body INTEGER NOT NULL,
            utf8 INTEGER NOT NULL,
            arrived INTEGER NOT NULL,
            first_attempt INTEGER NOT NULL,
            expires INTEGER NOT NULL);
        CREATE INDEX queue_message_rendition ON queue_message (rendition);
        CREATE INDEX queue_message_lane ON queue_message (lane);

        CREATE TABLE queue_recipient (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            message INTEGER NOT NULL REFERENCES queue_message,
            lane INTEGER NOT NULL REFERENCES lane,
            given TEXT NOT NULL,
            final TEXT NOT NULL,
            notify INTEGER NOT NULL,
            original TEXT,
            wait_reason TEXT,
            attempts INTEGER NOT NULL DEFAULT 0,
            next_attempt INTEGER NOT NULL,
            last_reason TEXT,
            delay_warned INTEGER NOT NULL DEFAULT 0);
        CREATE INDEX queue_recipient_message ON queue_recipient (message);
        CREATE INDEX queue_recipient_due ON queue_recipient (lane, next_attempt);

        -- Members of large groups still to be delivered to, in chunks.
        CREATE TABLE expansion (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            acceptance INTEGER NOT NULL,
            content INTEGER NOT NULL REFERENCES content,
            members BLOB NOT NULL,
            done INTEGER NOT NULL DEFAULT 0);
        CREATE INDEX expansion_content ON expansion (content);

        CREATE TABLE memory (
            kind TEXT NOT NULL,
            key TEXT NOT NULL,
            value BLOB,
            expires INTEGER NOT NULL,
            PRIMARY KEY (kind, key)) WITHOUT ROWID;
        CREATE INDEX memory_expires ON memory (expires);
        """,
        """
        -- A lane is held while its domain's state forbids its mail to leave. held_total sums up the holds that are over; a message notes in held_before what the sum
        -- was when it came, so that ending a hold is one row's change however many messages it held. told: the site's postmaster knows of messages up to this one.
        ALTER TABLE lane ADD COLUMN held_since INTEGER;
        ALTER TABLE lane ADD COLUMN held_total INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE lane ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE queue_message ADD COLUMN held_before INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX queue_recipient_final ON queue_recipient (lane, final);
        """,
        """
        -- Whose account it is, as "uid@domain": when its entry is gone, another entry of that name is not given its mail in silence. set_aside: and never will be asked about again.
        ALTER TABLE account ADD COLUMN name TEXT;
        ALTER TABLE account ADD COLUMN set_aside INTEGER NOT NULL DEFAULT 0;
        """,
        """
        -- What the accounts of a domain hold together; domain of an account: whom it counts for, null until it is known.
        CREATE TABLE quota (
            domain BLOB PRIMARY KEY,
            messages INTEGER NOT NULL,
            octets INTEGER NOT NULL) WITHOUT ROWID;
        ALTER TABLE account ADD COLUMN domain BLOB;
        """,
        """
        -- The front of the content's structure, up to the end of the envelope: lists of messages are shown from these small rows alone. Null in older rows: see the structure.
        ALTER TABLE rendition ADD COLUMN envelope BLOB;
        """,
        """
        -- What the sender asked of the way (RFC 8689, 4865, 2852, 6710); null: nothing. by_flags: 1 returned when late, 2 traced.
        ALTER TABLE queue_message ADD COLUMN require_tls INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE queue_message ADD COLUMN not_before INTEGER;
        ALTER TABLE queue_message ADD COLUMN deliver_by INTEGER;
        ALTER TABLE queue_message ADD COLUMN by_flags INTEGER;
        ALTER TABLE queue_message ADD COLUMN priority INTEGER;
        """,
        """
        -- Since when an administrator keeps a recipient here; next_attempt is then the end of the time it is kept.
        ALTER TABLE queue_recipient ADD COLUMN stopped INTEGER;
        CREATE INDEX queue_recipient_stopped ON queue_recipient (lane) WHERE stopped IS NOT NULL;
        """,
        """
        -- Since when the directory no longer has the account's entry; its mail is kept for some time. Null: it has it.
        ALTER TABLE account ADD COLUMN gone_since INTEGER;
        """,
        """
        -- When the entry came into this mailbox, by delivery, APPEND, COPY or MOVE (RFC 8514); null in older ones.
        ALTER TABLE entry ADD COLUMN saved INTEGER;
        """,
        """
        -- What clients note of a mailbox, or of the account (mailbox 0), under names like /private/comment (RFC 5464).
        CREATE TABLE annotation (
            account INTEGER NOT NULL REFERENCES account,
            mailbox INTEGER NOT NULL,
            name TEXT NOT NULL COLLATE NOCASE,
            value TEXT NOT NULL,
            PRIMARY KEY (account, mailbox, name)) WITHOUT ROWID;
        CREATE INDEX annotation_mailbox ON annotation (mailbox) WHERE mailbox <> 0;
        """,
        """
        -- How far the last attempt at another server had come (the numbers of Stage); 0: nowhere.
        ALTER TABLE queue_recipient ADD COLUMN last_stage INTEGER NOT NULL DEFAULT 0;
        """,
        """
        -- Who may do what with a mailbox, besides its owner (RFC 4314). subject: the entry of a user, a group, or a domain (everyone in it).
        CREATE TABLE acl (
            mailbox INTEGER NOT NULL REFERENCES mailbox,
            subject BLOB NOT NULL,
            granted INTEGER NOT NULL,
            denied INTEGER NOT NULL,
            PRIMARY KEY (mailbox, subject)) WITHOUT ROWID;
        CREATE INDEX acl_subject ON acl (subject);

        -- Somebody with a \Seen of his own in a mailbox of somebody else; seen counts those of his rows that say so. account is null once it is gone; the rows are then removed in slices.
        CREATE TABLE reader (
            id INTEGER PRIMARY KEY,
            mailbox INTEGER NOT NULL REFERENCES mailbox,
            account INTEGER REFERENCES account,
            seen INTEGER NOT NULL DEFAULT 0,
            UNIQUE (mailbox, account));
        CREATE INDEX reader_account ON reader (account);
        CREATE TABLE reading (
            reader INTEGER NOT NULL REFERENCES reader,
            uid INTEGER NOT NULL,
            seen INTEGER NOT NULL,
            modseq INTEGER NOT NULL,
            PRIMARY KEY (reader, uid)) WITHOUT ROWID;
        CREATE INDEX reading_changed ON reading (reader, modseq);
        """,
        """
        -- Partitions that hold files of contents, with what is written in a file there: an empty folder where a disk should be is not taken for one.
        CREATE TABLE partition (name TEXT PRIMARY KEY, mark TEXT NOT NULL) WITHOUT ROWID;
        """,
        """
        ALTER TABLE queue_recipient ADD COLUMN destination TEXT NOT NULL DEFAULT ''; -- the message's: what is due for one of them is found without reading the rest
        UPDATE queue_recipient SET destination = coalesce((SELECT destination FROM queue_message WHERE id = message), ''); CREATE INDEX queue_recipient_destination ON queue_recipient (lane, destination, next_attempt);
        """,
        """
        -- The account's owner is a group: a user who comes under the same name is no successor, and the other way round. Learned from the directory, where it is not known.
        ALTER TABLE account ADD COLUMN is_group INTEGER NOT NULL DEFAULT 0;
        """,
        """
        -- The UIDVALIDITY that a mailbox had before a restore, of the UIDs below this one that were not given before that one: POP3's ids of messages stay what they were.
        CREATE TABLE former_validity (
            mailbox INTEGER NOT NULL REFERENCES mailbox,
            below INTEGER NOT NULL,
            uidvalidity INTEGER NOT NULL,
            PRIMARY KEY (mailbox, below)) WITHOUT ROWID;
        """,
        """
        -- The last openings of the store: the id that each began with, and a random number. After the store was put back to an older state the next one begins with the same id, but its mark is another.
        CREATE TABLE opening (begins INTEGER PRIMARY KEY, mark INTEGER NOT NULL);
        """,
        """
        -- How many of the content's first octets the prefix stands in place of: its header, where the prefix ends with that header changed.
        ALTER TABLE rendition ADD COLUMN replaces INTEGER NOT NULL DEFAULT 0;
        """,
    ];

    /// <summary>Brings the database to this program's version (<paramref name="upTo"/>: to an older one, for tests), each step in a transaction of its own. <exception cref="IOException">when a newer program made it.</exception></summary>
    public static void Migrate(Connection database, int? upTo = null)
    {
        long version = database.Ask("PRAGMA user_version");
        if (version > Migrations.Length)
            throw new IOException($"the message store has schema version {version}, made by a newer DirMail; this one knows {Migrations.Length}: start the newer program, or put a backup of this version back with `dirmail store restore`");
        for (long next = version; next < (upTo ?? Migrations.Length); next++)
            database.Execute($"BEGIN IMMEDIATE; {Migrations[next]} PRAGMA user_version = {next + 1}; COMMIT;");
    }
}

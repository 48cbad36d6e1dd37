"""fetchmail, getmail and poplib: mail comes in by SMTP, is fetched, kept or removed; bodies and UIDLs are compared with what IMAP shows of INBOX."""
import os
import poplib
import ssl
import time

from by_sync import do
from mail import PASSWORD, USER, Post, deliver, same
from view import Imap


class Maildrop:
    """What must lie in INBOX, and what the client must have fetched."""

    def __init__(self, server, random):
        self.server, self.random, self.post, self.imap = server, random, Post(random), Imap(server)
        self.inbox, self.fetched, self.into = [], [], os.path.join(server.folder, "into")
        os.makedirs(self.into)

    def deliver(self, most):
        count = self.random.randrange(1, most)
        for _ in range(count):
            number, message = self.post.message()
            deliver(self.server, message)
            self.inbox.append(number)
        return count

    def remove_some(self):
        """By IMAP, while no client looks."""
        known = self.imap.messages("INBOX", self.post)
        uids = self.random.sample(list(known), min(3, len(known)))
        if not uids:
            return 0
        self.imap.do("SELECT INBOX")
        self.imap.do(f"UID STORE {','.join(map(str, uids))} +FLAGS (\\Deleted)")
        self.imap.do("EXPUNGE")
        gone = {known[uid][0] for uid in uids}
        self.inbox = [number for number in self.inbox if number not in gone]
        return len(uids)

    def came(self):
        """Numbers of the messages that the client has put into the folder, once."""
        numbers = []
        for name in os.listdir(self.into):
            path = os.path.join(self.into, name)
            with open(path, "rb") as file:
                numbers.append(self.post.known(file.read()))
            os.unlink(path)
        return sorted(numbers)

    def uidls(self):
        """As IMAP has them, by UIDL."""
        known = self.imap.messages("INBOX", self.post)
        same([number for number, _ in known.values()], self.inbox, "INBOX and what was done")
        return {f"{self.imap.validity}.{uid}": number for uid, (number, _) in known.items()}


def fetch(server, random, operations, run, known, removes_old=False):
    """run(is_kept) fetches what is new and removes it (removes_old: and what was kept before), or keeps it; known() are the UIDLs that the client remembers (None: it does not tell)."""
    drop, done, runs, seen, removed = Maildrop(server, random), 0, 0, set(), 0
    while done < operations:
        done += drop.deliver(30)
        if random.random() < 0.2:
            done += (gone := drop.remove_some())
            removed += gone
        is_kept = random.random() < 0.5
        run(is_kept)
        came, new = drop.came(), sorted(set(drop.inbox) - seen)
        same(came, new, "fetched and what was new")
        seen.update(came)
        if not is_kept:
            drop.inbox = [number for number in drop.inbox if number not in (seen if removes_old else came)]
        done, runs = done + len(came), runs + 1
        there = drop.uidls()
        if (remembered := known()) is not None:
            assert not set(there) - remembered, f"not remembered: {set(there) - remembered}"
    return f"{done} operations, {len(seen)} of {len(drop.post.hashes)} messages fetched in {runs} runs, {removed} removed by IMAP before"


def fetchmail(server, random, operations):
    settings, ids, into = (os.path.join(server.folder, name) for name in ("fetchmailrc", "ids", "into"))

    def run(is_kept):
        with open(settings, "w", encoding="utf-8") as file:
            file.write(f"""poll 127.0.0.1 service {server.ports['pop3']} protocol POP3 auth password uidl
  user "{USER}" password "{PASSWORD}" sslproto "" {'keep' if is_kept else 'nokeep'} mda "cat > {into}/$$"
""")
        os.chmod(settings, 0o600)
        # 1: there was no mail (fetchmail(1)); whether there should have been is compared
        do(["fetchmail", "-f", settings, "-s", "--invisible", "--pidfile", os.path.join(server.folder, "pid"), "-i", ids], ends=(0, 1), HOME=server.folder, FETCHMAILHOME=server.folder)

    def known():
        with open(ids, encoding="utf-8") as file:
            return {line.split()[-1] for line in file}

    return fetch(server, random, operations, run, lambda: known() if os.path.exists(ids) else None)


def getmail(server, random, operations):
    into = os.path.join(server.folder, "into")

    # getmail begins to wait for its child after it has started it, and waits for ever for one that was quicker: hence the sleep
    def run(is_kept):
        with open(os.path.join(server.folder, "getmailrc"), "w", encoding="utf-8") as file:
            file.write(f"""
[retriever]
type = SimplePOP3Retriever
server = 127.0.0.1
port = {server.ports['pop3']}
username = {USER}
password = {PASSWORD}
[destination]
type = MDA_external
path = /bin/sh
arguments = ("-c", "cat > {into}/$$; sleep 0.1")
allow_root_commands = true
[options]
read_all = false
delete = {'false' if is_kept else 'true'}
delivered_to = false
received = false
""")
        do(["getmail", "--getmaildir", server.folder, "--rcfile", "getmailrc", "-q"])

    return fetch(server, random, operations, run, lambda: None, removes_old=True)


def poplib_client(server, random, operations):
    drop, done, sessions = Maildrop(server, random), 0, 0
    while done < operations:
        done += drop.deliver(12)
        there, box = drop.uidls(), log_in(server, random)
        uidls = [line.decode().split()[1] for line in box.uidl()[1]]
        same(uidls, list(there), "UIDL and IMAP's UIDs")
        same(box.stat()[0], len(there), "STAT")
        marked, done, sessions = set(), done + 3, sessions + 1
        for _ in range(random.randrange(1, 40)):
            done += 1
            number = random.randrange(1, len(uidls) + 1)
            kind = random.randrange(7)
            if number in marked and kind < 4:
                try:
                    (box.retr, box.dele, box.uidl, box.list)[kind](number)
                    raise AssertionError(f"message {number} is marked and was answered")
                except poplib.error_proto:
                    continue
            if kind == 0:
                same(drop.post.known(b"\n".join(box.retr(number)[1])), there[uidls[number - 1]], "RETR")
            elif kind == 1:
                box.dele(number)
                marked.add(number)
            elif kind == 2:
                same(box.uidl(number).split()[2].decode(), uidls[number - 1], "UIDL of one")
            elif kind == 3:
                octets = int(box.list(number).split()[2])
                lines = box.retr(number)[1]
                same(octets, sum(len(line) + 2 for line in lines), "LIST and RETR")
            elif kind == 4 and number not in marked:
                assert b"X-Op: %d" % there[uidls[number - 1]] in box.top(number, 0)[1], "TOP"
            elif kind == 5 and random.random() < 0.2:
                box.rset()
                marked.clear()
            else:
                same(box.stat()[0], len(uidls) - len(marked), "STAT after DELE")
            if random.random() < 0.1:
                # mail that comes meanwhile is not seen in this session, and lost in none
                drop.deliver(2)
        if random.random() < 0.8:
            box.quit()
            gone = {there[uidls[number - 1]] for number in marked}
            drop.inbox = [number for number in drop.inbox if number not in gone]
        else:
            box.close()
    drop.uidls()
    return f"{done} operations in {sessions} sessions, {len(drop.inbox)} of {len(drop.post.hashes)} messages left"


def log_in(server, random):
    end = time.monotonic() + 10
    while True:
        box = poplib.POP3("127.0.0.1", server.ports["pop3"], timeout=60)
        if random.random() < 0.2:
            box.stls(context=ssl._create_unverified_context())
        box.user(USER)
        try:
            box.pass_(PASSWORD)
            return box
        except poplib.error_proto as refused:
            # the session that was cut off is just about to end
            assert b"IN-USE" in refused.args[0] and time.monotonic() < end, refused
            box.close()
            time.sleep(0.05)

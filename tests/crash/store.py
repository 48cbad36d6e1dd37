"""
Kills the server again and again under APPEND, COPY, MOVE, STORE, EXPUNGE, RENAME, CREATE, DELETE and deliveries. Each of some clients has mailboxes of its own and keeps a journal: what was
acknowledged must be there after the restart, and nothing else; of the one command that was under way, all or nothing. Deliveries must be in INBOX once. `dirmail store check` must find nothing.
"""
import os
import random
import re
import smtplib
import sys
import threading
import time

sys.path[:0] = [os.path.dirname(__file__), os.path.join(os.path.dirname(__file__), "..", "clients")]
from mail import Post, letters
from server import Server
from view import Imap

USERS = [("alice@bcd.com", "alice-bcd-secret"), ("bob@bcd.com", "bob-bcd-secret"), ("carol@cde.com", "carol-cde-secret"), ("bob@cde.com", "bob-cde-secret")]
FLAGS = ["\\Seen", "\\Flagged", "\\Answered", "\\Deleted"]
MOST = 60


class Client:
    """One user's mailboxes but INBOX. The journal is by mailbox: UIDVALIDITY, and by UID the message and its flags."""

    def __init__(self, server, user, seed):
        self.server, self.user, self.random = server, user, random.Random(seed)
        self.post, self.journal, self.under_way, self.counts, self.wrong = Post(self.random), {}, None, {}, []

    def work(self, stop):
        try:
            imap = Imap(self.server, *self.user)
            while not stop.is_set():
                self.change(imap)
        except OSError:
            pass  # killed
        except Exception as fault:  # an answer that should not have come
            self.wrong.append(repr(fault))

    def change(self, imap):
        """The journal gets the new state with the answer; until then both states are possible."""
        names = list(self.journal)
        name = self.random.choice(names) if names else None
        known = self.journal[name][1] if name else {}
        uids = self.random.sample(sorted(known), min(len(known), self.random.choice((1, 1, 3, 20))))
        kind = self.random.choice(("append", "append", "append", "store", "copy", "move", "expunge", "rename", "create", "delete"))
        if name is None or kind == "create":
            self.create(imap, f"box{self.random.randrange(6)}")
        elif kind == "delete" and len(names) > 4:
            self.do(imap, kind, f"DELETE {name}", {n: box for n, box in self.journal.items() if n != name})
        elif kind == "rename" and (to := f"box{self.random.randrange(6)}") not in names:
            self.do(imap, kind, f"RENAME {name} {to}", {to if n == name else n: box for n, box in self.journal.items()})
        elif kind == "append" and len(known) < MOST or not uids:
            self.append(imap, name)
        elif kind == "store":
            flag, sign = self.random.choice(FLAGS), self.random.choice("+-")
            after = {uid: (number, flags | {flag} if sign == "+" else flags - {flag}) if uid in uids else (number, flags) for uid, (number, flags) in known.items()}
            self.select(imap, name)
            self.do(imap, kind, f"UID STORE {','.join(map(str, uids))} {sign}FLAGS.SILENT ({flag})", self.with_box(name, after))
        elif kind in ("copy", "move"):
            self.copy(imap, kind, name, uids, self.random.choice(names))
        else:
            self.select(imap, name)
            self.do(imap, "expunge", "EXPUNGE", self.with_box(name, {uid: message for uid, message in known.items() if "\\Deleted" not in message[1]}))

    def create(self, imap, name):
        if name in self.journal:
            return
        self.do(imap, "create", f"CREATE {name}", {**self.journal, name: (None, {})})
        lines, _ = imap.do(f"STATUS {name} (UIDVALIDITY)")
        self.journal[name] = (int(re.search(r"UIDVALIDITY (\d+)", lines[0][0])[1]), {})

    def append(self, imap, name):
        number, message = self.post.message()
        flags = frozenset(self.random.sample(FLAGS[:3], 1))
        # the UID is not known before the answer: 0 stands for it
        answer = self.do(imap, "append", f"APPEND {name} ({' '.join(flags)})", self.with_box(name, {**self.journal[name][1], 0: (number, flags)}), message)
        box = self.journal[name][1]
        box[int(re.search(r"APPENDUID \d+ (\d+)", answer)[1])] = box.pop(0)

    def copy(self, imap, kind, name, uids, to):
        self.select(imap, name)
        source = self.journal[name][1]
        copies = {-place: source[uid] for place, uid in enumerate(sorted(uids), 1)}
        after = dict(self.journal)
        if kind == "move":
            after[name] = (after[name][0], {uid: message for uid, message in source.items() if uid not in uids})
        after[to] = (after[to][0], {**after[to][1], **copies})
        answer = self.do(imap, kind, f"UID {kind} {','.join(map(str, sorted(uids)))} {to}", after)
        box = self.journal[to][1]
        for place, uid in enumerate(numbers(re.search(r"COPYUID \d+ [\d:,]+ ([\d:,]+)", answer)[1]), 1):
            box[uid] = box.pop(-place)

    def with_box(self, name, known):
        return {**self.journal, name: (self.journal[name][0], known)}

    def select(self, imap, name):
        imap.do(f"SELECT {name}")

    def do(self, imap, kind, command, after, literal=None):
        self.under_way = after
        lines, answer = imap.do(command, literal)
        self.journal, self.under_way = after, None
        self.counts[kind] = self.counts.get(kind, 0) + 1
        return "\n".join(line for line, _ in lines) + answer

    def compare(self):
        """The store is as the journal says, or as it would with the command that was under way."""
        imap = Imap(self.server, *self.user)
        there = {}
        for name in imap.names():
            if name != "INBOX":
                known = imap.messages(name, self.post)
                there[name] = (int(imap.validity), {uid: (number, flags) for uid, (number, flags) in known.items()})
        imap.close()
        told = [which for which, state in (("acknowledged", self.journal), ("under way", self.under_way)) if state is not None and fits(state, there)]
        if not told:
            self.wrong.append(f"{self.user[0]}: the store has {there}; acknowledged {self.journal}; under way {self.under_way}")
        self.journal = {name: (validity, {uid: (number, frozenset(FLAG[letter] for letter in flags)) for uid, (number, flags) in known.items()}) for name, (validity, known) in there.items()}
        self.under_way = None


FLAG = {letters([flag]): flag for flag in FLAGS}


def fits(state, there):
    """UIDs of 0 and below are not known yet: any new one fits."""
    if state.keys() != there.keys():
        return False
    for name, (validity, known) in state.items():
        wanted = {uid: (number, letters(flags)) for uid, (number, flags) in known.items()}
        found = there[name][1]
        new, news = sorted(message for uid, message in wanted.items() if uid <= 0), sorted(message for uid, message in found.items() if uid not in wanted)
        if validity not in (None, there[name][0]) or new != news or any(found.get(uid) != message for uid, message in wanted.items() if uid > 0):
            return False
    return True


def numbers(uids):
    return [number for part in uids.split(",") for number in range(int(part.split(":")[0]), int(part.split(":")[-1]) + 1)]


def deliver(server, round_number, stop, acknowledged):
    """No more than the mailboxes' quota takes in some hundred rounds."""
    count = 0
    try:
        with smtplib.SMTP("127.0.0.1", server.ports["smtp"], local_hostname="client.test", timeout=20) as smtp:
            while not stop.is_set() and count < 60:
                to = random.sample([address for address, _ in USERS], random.randrange(1, 4))
                name, count = f"d{round_number}-{id(stop)}-{threading.get_ident()}-{count}", count + 1
                smtp.sendmail("a@remote.test", to, f"Subject: {name}\r\n\r\n" + "text\r\n" * (15_000 if random.random() < 0.05 else 10))
                acknowledged += [(name, address) for address in to]
    except (OSError, smtplib.SMTPException):
        pass


def load(server, clients, number, acknowledged):
    """Until the kill."""
    stop = threading.Event()
    workers = [threading.Thread(target=client.work, args=(stop,)) for client in clients] + [threading.Thread(target=deliver, args=(server, number, stop, acknowledged)) for _ in range(2)]
    for worker in workers:
        worker.start()
    time.sleep(random.uniform(0.2, 3))
    server.kill()
    stop.set()
    for worker in workers:
        worker.join()


def delivered(server):
    found = {}
    for address, password in USERS:
        imap = Imap(server, address, password)
        imap.do("EXAMINE INBOX")
        for _, literals in imap.do("FETCH 1:* (BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[0]:
            for literal in literals:
                key = (re.search(rb"Subject: (\S+)", literal)[1].decode(), address)
                found[key] = found.get(key, 0) + 1
        imap.close()
    return found


def main():
    rounds = int(sys.argv[1])
    server = Server()
    clients = [Client(server, user, random.randrange(1 << 30)) for user in USERS]
    acknowledged, began, problems = [], time.monotonic(), []
    for number in range(rounds + 1):
        server.start()
        for client in clients:
            client.compare()
        if number % 10 == 0:
            check = server.verb("store", "check")
            problems += [] if check.returncode == 0 else [check.stdout + check.stderr]
            print(f"{number} of {rounds} rounds: {sum(sum(client.counts.values()) for client in clients)} changes and {len(acknowledged)} deliveries acknowledged", file=sys.stderr, flush=True)
        if number < rounds:
            load(server, clients, number, acknowledged)
    check, there = server.verb("store", "check"), delivered(server)
    problems += [] if check.returncode == 0 else [check.stdout + check.stderr]
    server.kill()
    counts = {}
    for client in clients:
        problems += client.wrong
        for kind, count in client.counts.items():
            counts[kind] = counts.get(kind, 0) + count
    lost, doubled = [one for one in acknowledged if one not in there], [one for one, count in there.items() if count > 1]
    print(f"{rounds} kills in {time.monotonic() - began:.0f} s; acknowledged: {', '.join(f'{count} {kind}' for kind, count in sorted(counts.items()))}, {len(acknowledged)} deliveries; "
          f"{len(lost)} deliveries lost, {len(doubled)} doubled; {len(problems)} other differences")
    if lost or doubled or problems:
        print(f"kept: {server.folder}; lost {lost[:5]}, doubled {doubled[:5]}")
        for problem in problems[:5]:
            print(problem[:3000])
        sys.exit(1)
    server.remove()


main()

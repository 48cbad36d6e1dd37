"""imaplib and curl: random IMAP commands; the client's own view of all mailboxes is compared with the store's and with what was done."""
import imaplib
import os
import re
import subprocess
import urllib.parse

from mail import FLAGS, PASSWORD, USER, Post, letters, same
from view import Imap

NAMES = ["Box", "Work", "Down/below", "Old"]
CHOSEN = ["\\Seen", "\\Flagged", "\\Answered", "\\Draft", "\\Deleted"]


class Commanded:
    """Random commands, given to the client as functions; keeps by itself what must be where."""

    def __init__(self, server, random, client):
        self.random, self.post, self.client, self.view = random, Post(random), client, Imap(server)
        # by mailbox and UID: number and flags
        self.there = {"INBOX": {}}

    def do(self):
        name, kind = self.random.choice(list(self.there)), self.random.randrange(14)
        known = self.there[name]
        uids = sorted(self.random.sample(sorted(known), min(len(known), self.random.randrange(1, 4))))
        if kind == 0 and (new := [n for n in NAMES if n not in self.there]):
            made = self.random.choice(new)
            self.client.command(f"CREATE {made}")
            self.there[made] = {}
            if made == "Down/below":
                self.there.setdefault("Down", {})
        elif kind == 1 and name != "INBOX" and self.random.random() < 0.3 and "/" not in name and name != "Down":
            self.client.command(f"DELETE {name}")
            del self.there[name]
        elif kind == 2 and name in ("Box", "Work", "Old") and (new := [n for n in ("Box", "Work", "Old") if n not in self.there]):
            self.client.command(f"RENAME {name} {new[0]}")
            self.there[new[0]] = self.there.pop(name)
        elif kind < 6 or not uids:
            number, message = self.post.message()
            uid, flags = self.client.append(name, message, self.random.sample(CHOSEN[:4], self.random.randrange(3)))
            known[uid] = (number, frozenset(flags))
        elif kind < 9:
            sign, flags = self.random.choice("+-"), set(self.random.sample(CHOSEN, 2))
            self.client.command(f"UID STORE {','.join(map(str, uids))} {sign}FLAGS ({' '.join(sorted(flags))})", name)
            for uid in uids:
                number, had = known[uid]
                known[uid] = (number, had | flags if sign == "+" else had - flags)
        elif kind < 11:
            to, verb = self.random.choice(list(self.there)), self.random.choice(("COPY", "MOVE"))
            self.copied(known, self.there[to], verb, self.client.command(f"UID {verb} {','.join(map(str, uids))} {to}", name))
        elif kind == 11:
            self.client.command("EXPUNGE", name)
            self.there[name] = {uid: (number, flags) for uid, (number, flags) in known.items() if "\\Deleted" not in flags}
        elif kind == 12:
            number = known[uids[0]][0]
            found = self.client.search(name, f"SUBJECT op-{number}-")
            same(found, [uid for uid, (n, _) in sorted(known.items()) if n == number], "SEARCH")
        else:
            same(self.post.known(self.client.read(name, uids[0])), known[uids[0]][0], "the body")
            known[uids[0]] = (known[uids[0]][0], known[uids[0]][1] | {"\\Seen"})

    def copied(self, source, target, verb, answer):
        code = re.search(r"COPYUID \d+ ([\d:,]+) ([\d:,]+)", answer)
        for uid, copy in zip(numbers(code[1]), numbers(code[2]), strict=True):
            target[copy] = source[uid]
            if verb == "MOVE":
                del source[uid]

    def compare(self):
        wanted = {name: {uid: (number, letters(flags)) for uid, (number, flags) in known.items()} for name, known in self.there.items()}
        for name in sorted(set(self.view.names()) | set(wanted)):
            stored = self.view.messages(name, self.post)
            same(stored, wanted.get(name), f"store and what was done, {name}")
            same({uid: (self.post.known(octets), letters(flags)) for uid, (octets, flags) in self.client.messages(name, list(stored)).items()}, stored, f"client and store, {name}")
            if self.client.reading_marks:
                self.there[name] = {uid: (number, flags | {"\\Seen"}) for uid, (number, flags) in self.there[name].items()}
        same(sorted(self.client.names()), sorted(wanted), "mailboxes")


def numbers(uids):
    ends = [[int(end) for end in part.split(":")] for part in uids.split(",")]
    return [number for end in ends for number in range(end[0], end[-1] + 1)]


def commanded(server, random, operations, client, every):
    box = Commanded(server, random, client)
    for done in range(1, operations + 1):
        box.do()
        if done % every == 0 or done == operations:
            box.compare()
    return f"{operations} commands, compared {-(-operations // every)} times, {sum(map(len, box.there.values()))} messages at the end"


class Imaplib:
    reading_marks = False

    def __init__(self, server):
        self.imap, self.selected = imaplib.IMAP4("127.0.0.1", server.ports["imap"], timeout=120), None
        self.imap.login(USER, PASSWORD)

    def select(self, name):
        if self.selected != name:
            assert self.imap.select(f'"{name}"')[0] == "OK", name
            self.selected = name

    def command(self, text, name=None):
        if name:
            self.select(name)
        words = text.split(" ", 1)
        if words[0] in ("CREATE", "DELETE", "RENAME"):
            if words[0] != "CREATE" and words[1].split()[0] == self.selected:
                self.imap.unselect()
                self.selected = None
            answer = getattr(self.imap, words[0].lower())(*words[1].split())
        elif words[0] == "EXPUNGE":
            answer = self.imap.expunge()
        else:
            # where the code stands: in the tagged answer for COPY, in an untagged one for MOVE
            verb, rest = words[1].split(" ", 1)
            self.imap.untagged_responses.pop("COPYUID", None)
            first, last = rest.split(" ", 1)
            answer = self.imap.uid(verb, first, *last.split(" ", 1))
            if verb in ("COPY", "MOVE"):
                assert answer[0] == "OK", answer
                return f"COPYUID {self.imap.response('COPYUID')[1][-1].decode()}"
        assert answer[0] == "OK", (text, answer)
        return ""

    def append(self, name, message, flags):
        self.imap.untagged_responses.pop("APPENDUID", None)
        answer = self.imap.append(f'"{name}"', f"({' '.join(flags)})" if flags else None, None, message)
        assert answer[0] == "OK", answer
        return int(self.imap.response("APPENDUID")[1][-1].split()[1]), flags

    def search(self, name, key):
        self.select(name)
        answer = self.imap.uid("SEARCH", key)
        assert answer[0] == "OK", answer
        return [int(uid) for uid in answer[1][0].split()]

    def read(self, name, uid):
        self.select(name)
        return next(part[1] for part in self.imap.uid("FETCH", str(uid), "(BODY[])")[1] if isinstance(part, tuple))

    def messages(self, name, uids):
        self.select(name)
        found = {}
        for part in self.imap.uid("FETCH", "1:*", "(UID FLAGS BODY.PEEK[])")[1]:
            if isinstance(part, tuple):
                found[int(re.search(rb"UID (\d+)", part[0])[1])] = (part[1], {flag.decode() for flag in imaplib.ParseFlags(part[0])})
        return found

    def names(self):
        return [re.search(r'"?([^" ]+)"?$', line.decode())[1] for line in self.imap.list()[1]]


class Curl:
    # curl asks for BODY[], which makes a message \\Seen, also where it is only looked at for the comparison
    reading_marks = True

    def __init__(self, server):
        self.server, self.file = server, os.path.join(server.folder, "upload")

    def run(self, path, *words):
        result = subprocess.run(["curl", "-sSv", "--max-time", "60", "--user", f"{USER}:{PASSWORD}", f"imap://127.0.0.1:{self.server.ports['imap']}/{path}", *words], capture_output=True, timeout=120)
        assert result.returncode == 0, f"curl {path} {words}: {result.returncode}: {result.stderr[-800:]!r}"
        return result.stdout, result.stderr.decode("utf-8", "replace")

    def command(self, text, name=None):
        out, log = self.run(urllib.parse.quote(name or "", safe=""), "-X", text)
        return log + out.decode("utf-8", "replace")

    def append(self, name, message, flags):
        with open(self.file, "wb") as file:
            file.write(message)
        _, log = self.run(urllib.parse.quote(name, safe=""), "-T", self.file)
        sent = re.search(r"APPEND \S+ \(([^)]*)\)", log)
        return int(re.search(r"APPENDUID \d+ (\d+)", log)[1]), set(sent[1].split()) if sent else set()

    def search(self, name, key):
        out, _ = self.run(urllib.parse.quote(name, safe=""), "-X", "UID SEARCH " + key)
        return [int(uid) for uid in out.decode().split() if uid.isdigit()]

    def read(self, name, uid):
        return self.run(f"{urllib.parse.quote(name, safe='')};UID={uid}")[0]

    def messages(self, name, uids):
        flags = {}
        # curl 7.88 gives up after some dozens of untagged lines, whose octets it counts again with each
        for part in (uids[at : at + 25] for at in range(0, len(uids), 25)):
            out, _ = self.run(urllib.parse.quote(name, safe=""), "-X", f"UID FETCH {part[0]}:{part[-1]} (FLAGS)")
            flags.update({int(re.search(r"UID (\d+)", line)[1]): set(m[1].split()) for line in out.decode().splitlines() if (m := re.search(r"FLAGS \(([^)]*)\)", line))})
        return {uid: (self.read(name, uid), flags[uid]) for uid in flags}

    def names(self):
        return [re.search(r'"?([^" ]+)"?$', line)[1] for line in self.run("")[0].decode().splitlines() if " LIST " in line]


def imaplib_client(server, random, operations):
    return commanded(server, random, operations, Imaplib(server), every=50)


def curl(server, random, operations):
    return commanded(server, random, operations, Curl(server), every=400)

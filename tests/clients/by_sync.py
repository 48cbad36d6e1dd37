"""mbsync and offlineimap: a Maildir here and the mailboxes there, changed at random on both sides, at times while they synchronize; then both sides must be the same."""
import os
import subprocess
import threading

from mail import FLAGS, PASSWORD, USER, Post, letters, same
from view import Imap

NAMES = ["INBOX", "Box", "Work", "New1", "New2", "New3"]


class Maildir:
    def __init__(self, folder, post):
        self.folder, self.post, self.count = folder, post, 0

    def names(self):
        return sorted(name for name in os.listdir(self.folder) if os.path.isdir(os.path.join(self.folder, name, "cur")))

    def files(self, name):
        return [os.path.join(self.folder, name, part, file) for part in ("cur", "new") for file in sorted(os.listdir(os.path.join(self.folder, name, part)))]

    def make(self, name):
        for part in ("cur", "new", "tmp"):
            os.makedirs(os.path.join(self.folder, name, part))

    def write(self, name, message):
        self.count += 1
        with open(os.path.join(self.folder, name, "new", f"{self.count}.local.here"), "wb") as file:
            file.write(message.replace(b"\r\n", b"\n"))

    def mark(self, path, flags):
        name, _, had = os.path.basename(path).partition(":2,")
        os.rename(path, os.path.join(os.path.dirname(os.path.dirname(path)), "cur", f"{name}:2,{''.join(sorted(flags(set(had))))}"))

    def number(self, path):
        with open(path, "rb") as file:
            return self.post.known(file.read())

    def all(self):
        return {name: sorted((self.number(path), "".join(sorted(path.partition(":2,")[2]))) for path in self.files(name)) for name in self.names()}


class Sides:
    def __init__(self, server, random, post, near, deletes_by_mark):
        self.random, self.post, self.near, self.deletes_by_mark = random, post, Maildir(near, post), deletes_by_mark
        self.imap, self.there = Imap(server), {name: set() for name in NAMES[:3]}
        for name in NAMES[1:3]:
            self.imap.do(f"CREATE {name}")

    def change_far(self):
        name = self.random.choice(self.imap.names())
        known = self.imap.messages(name, self.post)
        kind = self.random.randrange(8)
        # a folder that was made here is not yet there
        if kind == 7 and (new := [n for n in NAMES if n not in self.there]):
            self.imap.do(f"CREATE {new[0]}")
            self.there[new[0]] = set()
        elif kind < 3 or not known:
            number, message = self.post.message()
            self.imap.append(name, message, self.random.sample(list(FLAGS.values())[:4], self.random.randrange(3)))
            self.there[name].add(number)
        else:
            uid = self.random.choice(list(known))
            self.imap.do(f"SELECT {name}")
            if kind == 3:
                self.imap.do(f"UID STORE {uid} +FLAGS.SILENT (\\Deleted)")
                self.imap.do(f"UID EXPUNGE {uid}")
                self.there[name].discard(known[uid][0])
            elif kind == 4:
                to = self.random.choice([n for n in self.imap.names() if n != name])
                self.imap.do(f"UID MOVE {uid} {to}")
                self.there[name].discard(known[uid][0])
                self.there[to].add(known[uid][0])
            else:
                self.imap.do(f"UID STORE {uid} {self.random.choice('+-')}FLAGS ({self.random.choice(list(FLAGS.values())[:4])})")
            self.imap.do("UNSELECT")

    def change_near(self):
        name = self.random.choice(self.near.names())
        files, kind = self.near.files(name), self.random.randrange(8)
        if kind == 7 and (new := [n for n in NAMES if n not in self.there]):
            self.near.make(new[-1])
            self.there[new[-1]] = set()
        elif kind < 3 or not files:
            number, message = self.post.message()
            self.near.write(name, message)
            self.there[name].add(number)
        else:
            path = self.random.choice(files)
            if kind == 3:
                self.there[name].discard(self.near.number(path))
                if self.deletes_by_mark:
                    self.near.mark(path, lambda had: had | {"T"})
                else:
                    os.unlink(path)
            else:
                flag = self.random.choice("SFRD")
                self.near.mark(path, (lambda had: had | {flag}) if self.random.random() < 0.5 else (lambda had: had - {flag}))

    def compare(self):
        far, near = self.imap.all(self.post), self.near.all()
        same(far, near, "store and Maildir")
        same({name: sorted(number for number, _ in messages) for name, messages in far.items()}, {name: sorted(numbers) for name, numbers in self.there.items()}, "store and what was done")
        return sum(map(len, far.values()))


def both(server, random, operations, synchronize, many, deletes_by_mark):
    """With deletes_by_mark a file here is deleted by the letter T, else by removing it."""
    post = Post(random)
    near = os.path.join(server.folder, "near")
    os.makedirs(near)
    sides = Sides(server, random, post, near, deletes_by_mark)
    for name in NAMES[:3]:
        sides.near.make(name)
    for number in range(many):
        for write in (lambda m: sides.imap.append("Box", m), lambda m: sides.near.write("Box", m)):
            number, message = post.message()
            write(message)
            sides.there["Box"].add(number)
    synchronize()
    sides.compare()
    done, runs = 0, 1
    while done < operations:
        for _ in range(min(random.randrange(5, 40), operations - done)):
            (sides.change_far if random.random() < 0.5 else sides.change_near)()
            done += 1
        if random.random() < 0.3:
            # the mailbox changes while the client works on it
            meanwhile = threading.Thread(target=lambda: [sides.change_far() for _ in range(5)])
            meanwhile.start()
            synchronize()
            meanwhile.join()
            done, runs = done + 5, runs + 1
        synchronize()
        runs += 1
        left = sides.compare()
    return f"{done} changes on both sides, {2 * many} messages before, {runs} runs, {left} messages at the end"


def do(words, ends=(0,), **environment):
    """ends: exit codes that are no fault."""
    result = subprocess.run(words, capture_output=True, text=True, timeout=300, env={**os.environ, **environment})
    assert result.returncode in ends, f"{words[0]}: {result.returncode}: {(result.stdout + result.stderr)[-1500:]}"
    return result.stdout + result.stderr


def mbsync(server, random, operations):
    near, settings = os.path.join(server.folder, "near"), os.path.join(server.folder, "mbsyncrc")
    with open(settings, "w", encoding="utf-8") as file:
        file.write(f"""
IMAPAccount dirmail
Host 127.0.0.1
Port {server.ports['imap']}
User {USER}
Pass {PASSWORD}
SSLType None
AuthMechs LOGIN

IMAPStore far
Account dirmail

MaildirStore near
Path {near}/
Inbox {near}/INBOX
SubFolders Verbatim

Channel both
Far :far:
Near :near:
Patterns *
Create Both
Expunge Both
SyncState *
""")
    return both(server, random, operations, lambda: do(["mbsync", "-q", "-c", settings, "-a"]), many=1000 if operations >= 2000 else 20, deletes_by_mark=True)


def offlineimap(server, random, operations):
    near, settings = os.path.join(server.folder, "near"), os.path.join(server.folder, "offlineimaprc")
    with open(settings, "w", encoding="utf-8") as file:
        file.write(f"""
[general]
accounts = a
metadata = {server.folder}/meta
ui = quiet
[Account a]
localrepository = l
remoterepository = r
[Repository l]
type = Maildir
localfolders = {near}
sync_deletes = yes
[Repository r]
type = IMAP
remotehost = 127.0.0.1
remoteport = {server.ports['imap']}
remoteuser = {USER}
remotepass = {PASSWORD}
ssl = no
starttls = no
auth_mechanisms = PLAIN
expunge = yes
""")
    return both(server, random, operations, lambda: do(["offlineimap", "-o", "-c", settings]), many=0, deletes_by_mark=False)

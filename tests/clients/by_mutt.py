"""mutt, driven by keys: it deletes, flags, reads, copies and saves in =Box and =Other; what it shows of a mailbox is what it writes into an mbox when it copies all of it."""
import mailbox
import os
import shlex

from by_sync import do
from mail import PASSWORD, USER, Post, same
from view import Imap


class Mutt:
    def __init__(self, server):
        self.folder, self.settings = server.folder, os.path.join(server.folder, "muttrc")
        with open(self.settings, "w", encoding="utf-8") as file:
            file.write(f"""
set folder = imap://127.0.0.1:{server.ports['imap']}/
set imap_user = "{USER}"
set imap_pass = "{PASSWORD}"
set imap_authenticators = plain
set ssl_starttls = no
set ssl_force_tls = no
set header_cache =
set confirmappend = no
set confirmcreate = no
set delete = yes
set quit = yes
set wait_key = no
set mbox_type = mbox
set move = no
set sleep_time = 0
set mark_old = no
set charset = utf-8
set record =
unset resolve
unset copy_decode_weed
""")

    def keys(self, name, keys):
        command = f"mutt -n -F {self.settings} -f ={name} -e {shlex.quote(f'push {chr(34)}{keys}<quit>{chr(34)}')}"
        do(["script", "-q", "-e", "-c", command, "/dev/null"], TERM="xterm", LINES="50", COLUMNS="160")

    def all(self, name, post):
        """Number and letters of each message, as mutt writes them down."""
        path = os.path.join(self.folder, "seen.mbox")
        if os.path.exists(path):
            os.unlink(path)
        self.keys(name, f"<tag-pattern>~A<enter><tag-prefix><copy-message>{path}<enter>")
        if not os.path.exists(path):
            return []
        found = []
        for message in mailbox.mbox(path):
            flags = message.get_flags()
            found.append((post.known(message.as_bytes()), "".join(sorted({"R": "S", "F": "F", "A": "R", "D": "T"}[flag] for flag in flags if flag in "RFAD"))))
        return sorted(found)


def mutt(server, random, operations):
    post, imap, client = Post(random), Imap(server), Mutt(server)
    there, done, runs = {"Box": {}, "Other": {}}, 0, 0
    for name in there:
        imap.do(f"CREATE {name}")
    while done < operations:
        for name in there:
            for _ in range(random.randrange(2, 12)):
                number, message = post.message()
                imap.append(name, message)
                there[name][number] = set()
                done += 1
        name = random.choice(list(there))
        count, keys = act(random, there, name)
        client.keys(name, keys)
        done, runs = done + count, runs + 1
        for box, known in there.items():
            stored = sorted(imap.messages(box, post).values())
            same(stored, sorted((number, "".join(sorted(flags))) for number, flags in known.items()), f"store and what was done, {box}")
            if runs % 5 == 0:
                # a message in an mbox is never \Answered or flagged by reading it
                same(client.all(box, post), stored, f"mutt and store, {box}")
    return f"{done} operations in {runs} runs, {sum(map(len, there.values()))} messages at the end"


def act(random, there, name):
    """Keys for some operations on different messages, and what they do."""
    known, other = there[name], there["Other" if name == "Box" else "Box"]
    chosen, keys = random.sample(sorted(known), min(len(known), random.randrange(5, 16))), ""
    for number in chosen:
        kind = random.randrange(5)
        keys += f"<limit>~s op-{number}-<enter>"
        if kind == 0:
            keys += "<delete-message>"
            del known[number]
        elif kind == 1:
            keys += "<flag-message>"
            known[number] = known[number] ^ {"F"}
        elif kind == 2 and number not in other:
            keys += f"<copy-message>={'Other' if name == 'Box' else 'Box'}<enter>"
            other[number] = set(known[number])
        elif kind == 3 and number not in other:
            keys += f"<save-message>={'Other' if name == 'Box' else 'Box'}<enter>"
            other[number] = known.pop(number)
        else:
            # replied to is read, too
            keys += "<set-flag>r" if "R" not in known[number] else "<clear-flag>r"
            known[number] = known[number] ^ {"R"} | {"S"}
    return len(chosen), keys + "<limit>all<enter><sync-mailbox>"

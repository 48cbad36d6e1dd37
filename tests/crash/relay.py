"""The server under test, and what its clients do."""
import imaplib
import json
import random
import re
import smtplib
import time

from server import Server

LOCAL = ("carol@cde.com", "carol-cde-secret")
ELSEWHERE = ["x1@xyz.test", "x2@named.test"]

# lines of a message that lies in a file of its own
LARGE = 12_000

# between two messages of a sender: more would be waiting in the end than the drain has time for, and no kill would be any better
PAUSE = 0.005

# queue.retry's defaults, with seconds for minutes
RETRY = ["1s", "5s", "15s", "30s", "60s", "120s"]


class Relay(Server):
    def __init__(self, folder, sink_port, name_server_port):
        self.deaths = []
        dns = {"servers": [f"127.0.0.1:{name_server_port}"], "timeout": "200ms"} if name_server_port else {"servers": ["none"]}
        named = f"mx.named.test:{sink_port}" if name_server_port else f"127.0.0.1:{sink_port}"
        super().__init__(folder, dns=dns, routes={"xyz.test": f"127.0.0.1:{sink_port}", "named.test": named}, queue={"retry": RETRY})

    def kill(self):
        super().kill()
        self.deaths.append(time.time())

    def waiting(self):
        told = self.verb("queue", "stats", "--json")
        return sum(lane["recipients"] for lane in json.loads(told.stdout)) if told.returncode == 0 else -1

    def flush(self):
        self.verb("queue", "flush")

    def queued(self):
        """What `dirmail queue` names, each with the id that the server gave the message."""
        found, after = set(), []
        while page := json.loads(self.verb("queue", "list", "--json", "--limit", "1000", *after).stdout):
            found.update((row["message"], to["recipient"]) for row in page for to in row["recipients"])
            after = ["--after", str(page[-1]["id"])]
        return found

    def in_mailbox(self):
        """Subjects, each with how often it is there."""
        imap = imaplib.IMAP4("127.0.0.1", self.ports["imap"])
        imap.login(*LOCAL)
        imap.select("INBOX", readonly=True)
        _, parts = imap.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
        imap.logout()
        found = {}
        for part in parts:
            if isinstance(part, tuple) and (subject := re.search(rb"Subject: (\S+)", part[1])):
                name = subject[1].decode()
                found[name] = found.get(name, 0) + 1
        return found


class Client(smtplib.SMTP):
    """Remembers the answer to the message."""

    def data(self, msg):
        self.answer = super().data(msg)
        return self.answer


def send(server, user, number, stop, ledger):
    """Until the server dies: each message to two recipients elsewhere, a small one in sixteen to one here too (a mailbox has its quota)."""
    address, password = user
    count = 0
    while not stop.is_set():
        try:
            with Client("127.0.0.1", server.ports["submission"], local_hostname="client.test", timeout=20) as smtp:
                smtp.login(address, password)
                while not stop.is_set():
                    name, count = f"{number}-{address}-{count}", count + 1
                    here = count % 16 == 1
                    to = [*ELSEWHERE, LOCAL[0]] if here else ELSEWHERE
                    lines = LARGE if not here and random.random() < 0.1 else random.choice((1, 100))
                    not_taken = smtp.sendmail(address, to, f"From: {address}\r\nSubject: {name}\r\n\r\n" + "text\r\n" * lines)
                    ledger.acknowledge(name, smtp.answer[1].decode().split()[-1], [one for one in to if one not in not_taken])
                    time.sleep(random.uniform(0, 2 * PAUSE))
        except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused):
            # refused for now, as it may be with a full disk: the sender keeps the message, and tries with another
            ledger.refused += 1
            time.sleep(0.05)
        except (OSError, smtplib.SMTPException):
            return

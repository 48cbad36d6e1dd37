"""
Kills the server again and again while mail comes in and leaves, and counts: every recipient of a message that was acknowledged must have reached the receiver at least once. Doubled is
allowed only where the receiver took a message and its answer was lost: killed in between, or a receiver that closed.
"""
import imaplib
import json
import os
import random
import re
import smtplib
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(__file__))
from server import Server
from sink import Sink

USERS = [("alice@bcd.com", "alice-bcd-secret"), ("bob@bcd.com", "bob-bcd-secret"), ("carol@cde.com", "carol-cde-secret"), ("bob@cde.com", "bob-cde-secret")]
LOCAL = ("carol@cde.com", "carol-cde-secret")
DRAIN = 180


def waiting(server):
    told = server.verb("queue", "stats", "--json")
    return sum(lane["recipients"] for lane in json.loads(told.stdout)) if told.returncode == 0 else -1


def send(server, user, number, stop, acknowledged):
    """Until the server dies: each message to two recipients elsewhere, every eighth to one here too (a mailbox has its quota)."""
    address, password = user
    count = 0
    try:
        with smtplib.SMTP("127.0.0.1", server.ports["submission"], local_hostname="client.test", timeout=20) as smtp:
            smtp.login(address, password)
            while not stop.is_set():
                name, count = f"{number}-{address}-{count}", count + 1
                here = count % 8 == 0
                to = ["x1@xyz.test", "x2@xyz.test"] + [LOCAL[0]] * here
                smtp.sendmail(address, to, f"From: {address}\r\nSubject: {name}\r\n\r\n" + "text\r\n" * random.choice((1, 100, 1, 100, 20_000)))
                acknowledged.append((name, here))
    except (OSError, smtplib.SMTPException):
        pass


def in_mailbox(server):
    imap = imaplib.IMAP4("127.0.0.1", server.ports["imap"])
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


def main():
    rounds = int(sys.argv[1])
    sink = Sink(share_of_faults=0.1)
    server = Server(routes={"xyz.test": f"127.0.0.1:{sink.server_address[1]}"}, queue={"retry": ["1s"]})
    acknowledged, began = [], time.monotonic()
    for number in range(rounds):
        server.start()
        stop = threading.Event()
        senders = [threading.Thread(target=send, args=(server, user, number, stop, acknowledged)) for user in USERS]
        for sender in senders:
            sender.start()
        time.sleep(random.uniform(0.05, 1.5))
        server.kill()
        stop.set()
        for sender in senders:
            sender.join()
        if (number + 1) % 10 == 0:
            print(f"{number + 1} of {rounds} rounds, {len(acknowledged)} messages acknowledged", file=sys.stderr, flush=True)
    sink.share_of_faults = 0
    server.start()
    end = time.monotonic() + DRAIN
    while (left := waiting(server)) != 0 and time.monotonic() < end:
        time.sleep(1)
    kept = in_mailbox(server)
    server.kill()
    wanted = [(name, to) for name, _ in acknowledged for to in ("x1@xyz.test", "x2@xyz.test")]
    lost = [one for one in wanted if one not in sink.taken]
    doubled = sum(count - 1 for count in sink.taken.values())
    here = [name for name, is_here in acknowledged if is_here]
    lost_here = [name for name in here if name not in kept]
    doubled_here = [name for name, count in kept.items() if count > 1]
    print(f"{rounds} kills in {time.monotonic() - began:.0f} s; {len(acknowledged)} messages acknowledged, {len(wanted)} recipients elsewhere: {len(lost)} lost, "
          f"{doubled} deliveries doubled; {len(here)} in a mailbox here: {len(lost_here)} lost, {len(doubled_here)} doubled; {left} still waiting; faults of the receiver: {sink.faults}")
    if lost or lost_here or doubled_here or left:
        print(f"kept: {server.folder}; lost: {lost[:5]} {lost_here[:5]} doubled here: {doubled_here[:5]}")
        sys.exit(1)
    server.remove()


main()

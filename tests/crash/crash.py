"""
Kills the server again and again while mail comes in and leaves, then waits until its queue is empty, and tells of each recipient that was acknowledged: delivered, still waiting, or lost.
"""
import argparse
import collections
import os
import random
import shutil
import sys
import tempfile
import threading
import time

sys.path[:0] = [os.path.dirname(__file__), os.path.join(os.path.dirname(__file__), "..", "clients")]
from faults import Disk, Hour, NameServer
from ledger import Doubles, Ledger
from relay import Relay, send
from sink import Sink

USERS = [("alice@bcd.com", "alice-bcd-secret"), ("bob@bcd.com", "bob-bcd-secret"), ("carol@cde.com", "carol-cde-secret"), ("bob@cde.com", "bob-cde-secret")]
FAULTS = ("receiver", "dns", "disk", "hour")
SHORTEST, LONGEST = 0.1, 1.2


def options():
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--rounds", type=int, default=int(os.environ.get("ROUNDS", "200")))
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--drain", type=float, default=180)
    parser.add_argument("--faults", default=",".join(FAULTS))
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--report", default=os.path.join(tempfile.gettempdir(), f"dirmail-crash-{os.getpid()}.report"))
    given = parser.parse_args()
    given.faults = [] if given.faults == "none" else given.faults.split(",")
    if unknown := set(given.faults) - set(FAULTS):
        parser.error(f"no such fault: {', '.join(unknown)}")
    return given


def tell(text):
    print(text, file=sys.stderr, flush=True)


class Run:
    def __init__(self, given):
        self.given = given
        self.folder = tempfile.mkdtemp(prefix="dirmail-crash-")
        self.sink = Sink(0.1 if "receiver" in given.faults else 0)
        self.names = NameServer() if "dns" in given.faults else None
        self.disk = Disk(os.path.join(self.folder, "data")) if "disk" in given.faults else None
        self.hour = Hour(self.sink)
        self.server = Relay(self.folder, self.sink.server_address[1], self.names and self.names.port)
        self.ledger, self.began, self.rounds = Ledger(), time.monotonic(), 0

    @property
    def seconds(self):
        return time.monotonic() - self.began

    def load(self):
        given = self.given
        while self.rounds < given.rounds and self.seconds < given.minutes * 60:
            if "hour" in given.faults and self.rounds == given.rounds // 10:
                self.hour.begin()
            self.round()
            self.hour.look()
            self.rounds += 1
            if self.rounds % 10 == 0:
                left = min(self.seconds / self.rounds * (given.rounds - self.rounds), given.minutes * 60 - self.seconds)
                tell(f"{self.rounds} of {given.rounds} rounds, {len(self.ledger.messages)} messages acknowledged, {self.seconds:.0f} s; about {max(left, 0):.0f} s to go, then at most {given.drain:.0f} s for the drain")

    def round(self):
        self.server.start()
        stop = threading.Event()
        senders = [threading.Thread(target=send, args=(self.server, user, self.rounds, stop, self.ledger)) for user in USERS]
        for sender in senders:
            sender.start()
        load = random.uniform(SHORTEST, LONGEST)
        if self.disk and random.random() < 1 / 3:
            time.sleep(load / 2)
            self.disk.fill()
            # half the time it is killed while the disk is full
            if random.random() < 0.5:
                time.sleep(0.3)
                self.disk.empty()
        time.sleep(load)
        self.server.kill()
        stop.set()
        for sender in senders:
            sender.join()
        if self.disk:
            self.disk.empty()

    def drain(self):
        """Ends the faults, and waits until nothing waits; what does is made due by its administrator."""
        self.server.start()
        while self.sink.answers_later:
            time.sleep(1)
            self.hour.look()
        self.sink.share_of_faults = 0
        if self.names:
            self.names.end()
        begin = told = time.monotonic()
        while (left := self.server.waiting()) != 0 and (now := time.monotonic()) < begin + self.given.drain:
            self.server.flush()
            if now > told + 10:
                told = now
                tell(f"drain: {left} recipients wait, {now - begin:.0f} of at most {self.given.drain:.0f} s")
            time.sleep(2)
        return time.monotonic() - begin

    def report(self, drained):
        """The exit code."""
        queued = self.server.queued()
        in_mailbox = self.server.in_mailbox()
        self.server.kill()
        counts, lost = collections.Counter(), []
        with open(self.given.report, "w", encoding="utf-8") as file:
            for fate, times, id, to, name in self.ledger.fates(self.sink, queued, in_mailbox):
                counts[fate] += 1
                print(fate, times, id, to, name, sep="\t", file=file)
                if fate == "lost":
                    lost.append((name, to))
        doubles = Doubles(self.sink, self.server.deaths, self.disk)
        doubled_here = [name for name, count in in_mailbox.items() if count > 1]
        print(f"{self.rounds} kills in {self.seconds:.0f} s, {drained:.0f} of them for the drain; faults {', '.join(self.given.faults) or 'none'}, seed {self.given.seed}")
        print(f"{len(self.ledger.messages)} messages acknowledged, {self.ledger.refused} refused for the time being")
        print(f"{counts.total()} recipients: {counts['delivered']} delivered, {counts['waiting']} still waiting, {counts['lost']} lost; each in {self.given.report}")
        print(f"{len(in_mailbox)} in a mailbox here: {len(doubled_here)} doubled; elsewhere {doubles}")
        print(f"receiver: {self.sink.faults}; put off in the hour: {self.sink.put_off} connections")
        if self.names:
            print(f"name server: {self.names.asked} questions, {self.names.unanswered} unanswered")
        if self.disk:
            print(f"disk: full {len(self.disk.times)} times")
        for what, examples in (("lost", lost), ("doubled here", doubled_here), ("doubled without a cause", doubles.unexplained)):
            if examples:
                print(f"{what}: {examples[:5]}")
        return 1 if lost or doubled_here or doubles.unexplained else 2 if counts["waiting"] else 0

    def end(self):
        if self.disk:
            self.disk.unmount()
        shutil.rmtree(self.folder)


def main():
    given = options()
    random.seed(given.seed)
    run = Run(given)
    run.load()
    code = run.report(run.drain())
    if code == 0:
        run.end()
    else:
        tell(f"kept: {run.folder}")
    sys.exit(code)


if __name__ == "__main__":
    main()

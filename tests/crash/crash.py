"""
Kills the server again and again while mail comes in and leaves, and counts: every recipient of a message that was acknowledged must have reached the receiver at least once. Doubled is
allowed only where the receiver took a message and the server could not know or could not note it: the answer was lost, the server was killed, or its disk was full.
"""
import argparse
import os
import random
import shutil
import sys
import tempfile
import threading
import time

sys.path[:0] = [os.path.dirname(__file__), os.path.join(os.path.dirname(__file__), "..", "clients")]
from faults import Disk, Hour, NameServer
from relay import Relay, send
from sink import Sink

USERS = [("alice@bcd.com", "alice-bcd-secret"), ("bob@bcd.com", "bob-bcd-secret"), ("carol@cde.com", "carol-cde-secret"), ("bob@cde.com", "bob-cde-secret")]
FAULTS = ("receiver", "dns", "disk", "hour")
DRAIN = 300

# from the receiver's answer until the server's commit that notes it, on a busy machine; with a failing disk a message rests for 30 s before it is tried again
UNNOTED, RESTS = 10, 40


def options():
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--rounds", type=int, default=int(os.environ.get("ROUNDS", "200")))
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--faults", default=",".join(FAULTS))
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    given = parser.parse_args()
    given.faults = [] if given.faults == "none" else given.faults.split(",")
    if unknown := set(given.faults) - set(FAULTS):
        parser.error(f"no such fault: {', '.join(unknown)}")
    return given


def cause(first, second, server, disk):
    """Why a message that was taken came again; "" for no good reason."""
    if not first.is_heard:
        return "answer lost"
    if any(first.time <= death <= second.time and death - first.time <= UNNOTED for death in server.deaths):
        return "killed before it was noted"
    if disk and disk.was_full(first.time - UNNOTED, first.time + RESTS):
        return "disk full before it was noted"
    return ""


def round_of(server, number, disk, acknowledged, refused):
    server.start()
    stop = threading.Event()
    senders = [threading.Thread(target=send, args=(server, user, number, stop, acknowledged, refused)) for user in USERS]
    for sender in senders:
        sender.start()
    load = random.uniform(0.05, 1.5)
    if disk and random.random() < 1 / 3:
        time.sleep(load / 2)
        disk.fill()
        # half the time it is killed while the disk is full
        if random.random() < 0.5:
            time.sleep(0.3)
            disk.empty()
    time.sleep(load)
    server.kill()
    stop.set()
    for sender in senders:
        sender.join()
    if disk:
        disk.empty()


def drain(server):
    """What waits is made due by its administrator; returns what is left."""
    end = time.monotonic() + DRAIN
    while (left := server.waiting()) != 0 and time.monotonic() < end:
        server.flush()
        time.sleep(2)
    return left


def main():
    given = options()
    random.seed(given.seed)
    folder = tempfile.mkdtemp(prefix="dirmail-crash-")
    sink = Sink(0.1 if "receiver" in given.faults else 0)
    names = NameServer() if "dns" in given.faults else None
    disk = Disk(os.path.join(folder, "data")) if "disk" in given.faults else None
    hour = Hour(sink)
    server = Relay(folder, sink.server_address[1], names and names.port)
    acknowledged, refused, began = [], [], time.monotonic()
    for number in range(given.rounds):
        if time.monotonic() - began > given.minutes * 60:
            given.rounds = number
            break
        if "hour" in given.faults and number == given.rounds // 10:
            hour.begin()
        round_of(server, number, disk, acknowledged, refused)
        hour.look()
        if (number + 1) % 10 == 0:
            print(f"{number + 1} of {given.rounds} rounds, {len(acknowledged)} messages acknowledged, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    server.start()
    while sink.answers_later:
        time.sleep(1)
        hour.look()
    sink.share_of_faults = 0
    if names:
        names.end()
    left = drain(server)
    kept = server.in_mailbox()
    server.kill()
    is_sound = report(given, acknowledged, refused, sink, names, disk, server, kept, left, time.monotonic() - began)
    if disk and is_sound:
        disk.unmount()
    if not is_sound:
        sys.exit(f"kept: {folder}")
    shutil.rmtree(folder)


def report(given, acknowledged, refused, sink, names, disk, server, kept, left, seconds):
    """False: something was lost, or doubled without a cause."""
    wanted = [(name, to) for name, _ in acknowledged for to in ("x1@xyz.test", "x2@named.test")]
    lost = [one for one in wanted if one not in sink.taken]
    causes, doubled = {}, []
    for message, times in sink.taken.items():
        for first, second in zip(times, times[1:]):
            why = cause(first, second, server, disk)
            causes[why] = causes.get(why, 0) + 1
            if not why:
                doubled.append((message, [(one.time, one.is_heard) for one in times]))
    unexplained = causes.pop("", 0)
    here = [name for name, is_here in acknowledged if is_here]
    lost_here = [name for name in here if name not in kept]
    doubled_here = [name for name, count in kept.items() if count > 1]
    print(f"{given.rounds} kills in {seconds:.0f} s, faults {', '.join(given.faults) or 'none'}, seed {given.seed}")
    print(f"{len(acknowledged)} messages acknowledged, {len(refused)} refused for the time being")
    print(f"{len(wanted)} recipients elsewhere: {len(lost)} lost, {sum(causes.values()) + unexplained} deliveries doubled ({', '.join(f'{why}: {count}' for why, count in causes.items()) or 'none'}; without a cause: {unexplained})")
    print(f"{len(here)} in a mailbox here: {len(lost_here)} lost, {len(doubled_here)} doubled; {left} still waiting")
    print(f"receiver: {sink.faults}; put off in the hour: {sink.put_off} connections")
    if names:
        print(f"name server: {names.asked} questions, {names.unanswered} unanswered")
    if disk:
        print(f"disk: full {len(disk.times)} times")
    for what, examples in (("lost", lost), ("lost here", lost_here), ("doubled here", doubled_here), ("doubled without a cause", doubled)):
        if examples:
            print(f"{what}: {examples[:5]}")
    return not (lost or lost_here or doubled_here or unexplained or left)


main()

"""
Gives each client a server of its own and a mailbox, does random operations by the client, and on the other side by deliveries and a second IMAP connection, and compares: what the
client sees, what the store holds (read by a small IMAP reader of ours), and what must be there by the operations themselves; message by message: octets of the body, flags, folders, UIDLs.
At the end `dirmail store check` must find nothing. Exit code 0 only without any difference.
"""
import argparse
import os
import random
import sys
import time

sys.path[:0] = [os.path.dirname(__file__), os.path.join(os.path.dirname(__file__), "..", "crash")]
from server import Server
import by_command
import by_mutt
import by_pop
import by_sync

CLIENTS = {"mbsync": by_sync.mbsync, "offlineimap": by_sync.offlineimap, "fetchmail": by_pop.fetchmail, "getmail": by_pop.getmail, "poplib": by_pop.poplib_client,
           "imaplib": by_command.imaplib_client, "curl": by_command.curl, "mutt": by_mutt.mutt}


def run(name, operations, seed):
    server, began = Server(), time.monotonic()
    server.start()
    try:
        told = CLIENTS[name](server, random.Random(seed), operations)
        check = server.verb("store", "check")
        if check.returncode != 0:
            raise AssertionError(f"store check: {check.stdout}{check.stderr}")
    except (AssertionError, OSError) as difference:
        print(f"{name}: DIFFERENT (--client {name} --operations {operations} --seed {seed}): {str(difference)[:2000]}", flush=True)
        return False
    finally:
        server.kill()
        server.remove()
    print(f"{name}: {told}; no difference, store sound; {time.monotonic() - began:.0f} s", flush=True)
    return True


def main():
    parser = argparse.ArgumentParser(prog="tests/clients/run", description=__doc__)
    parser.add_argument("--client", action="append", choices=sorted(CLIENTS), help="only this one; may be given several times")
    parser.add_argument("--operations", type=int, default=2000, help="random operations by each client (2000)")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30), help="repeats a run")
    wanted = parser.parse_args()
    print(f"seed {wanted.seed}, {wanted.operations} operations each", flush=True)
    results = [run(name, wanted.operations, wanted.seed) for name in wanted.client or CLIENTS]
    sys.exit(0 if all(results) else 1)


main()

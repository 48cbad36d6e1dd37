#!/usr/bin/env python3
"""Mailboxes read, searched and changed by many IMAP and POP3 clients at once: one server a run, the same load for any. beside.sh w4 calls it.

    mailboxes.py fill HOST IMAP-PORT                                fills INBOX of 1u@d3.test, 2u@d3.test ... where messages are missing
    mailboxes.py idle HOST IMAP-PORT POP3-PORT PEER OUT.jsonl PID.. measures what idle sessions take up; the PIDs are the server's, their children count too
    mailboxes.py run  HOST IMAP-PORT POP3-PORT PEER OUT.jsonl PID.. measures the rest
    mailboxes.py table OUT.jsonl                                    compares peer and dirmail

MESSAGES=10000 OCTETS=5000 CLIENTS=1,16 REPS=3 IDLE=1000 change the load; the first repetition is not counted. Each client is a process with a mailbox of its own; time is from the
first one's start to the last one's end. Answers are read in pieces of up to 1 MiB of which only the end is looked at, so the tool costs little more than the kernel's copying;
its own processor time is written beside the server's.
"""
import json, multiprocessing, os, re, socket, statistics, sys, time

MESSAGES, OCTETS, REPS, IDLE = (int(os.environ.get(name, default)) for name, default in (("MESSAGES", 10000), ("OCTETS", 5000), ("REPS", 3), ("IDLE", 1000)))
CLIENTS = [int(n) for n in os.environ.get("CLIENTS", "1,16").split(",")]
PASSWORD = os.environ.get("BENCH_PASS", "benchpw")
LOGINS, NOOPS, SINGLES, RETRS = 20, 1000, 200, min(2000, MESSAGES)
DEADLINE = time.monotonic() + 570


class Session:
    def __init__(self, host, port):
        self.socket = socket.create_connection((host, port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer, self.octets, self.number = bytearray(1 << 20), 0, 0

    def read_until(self, is_end):
        """The end of the answer; what came before it is counted and dropped."""
        tail = b""
        while not is_end(tail):
            count = self.socket.recv_into(self.buffer)
            if count == 0:
                raise SystemExit(f"closed after {tail!r}")
            self.octets += count
            tail = (tail + bytes(self.buffer[max(0, count - 1024):count]))[-1024:]
        return tail

    def line(self):
        return self.read_until(lambda tail: tail.endswith(b"\r\n"))


class Imap(Session):
    def __init__(self, host, port, user):
        super().__init__(host, port)
        self.line()
        self.do(f"LOGIN {user} {PASSWORD}")

    def do(self, command):
        self.number += 1
        tag = b"zq%d " % self.number
        self.socket.sendall(tag + command.encode() + b"\r\n")
        tail = self.read_until(lambda tail: tail.endswith(b"\r\n") and tail.startswith(tag, tail.rfind(b"\n", 0, -1) + 1))
        if not tail.startswith(tag + b"OK", tail.rfind(b"\n", 0, -1) + 1):
            raise SystemExit(f"{command}: {tail[-300:]!r}")
        return tail

    def append(self, messages):
        """One command (RFC 3502); each literal is asked for, as both LITERAL+ and LITERAL- allow."""
        self.number += 1
        tag = b"zq%d " % self.number
        self.socket.sendall(tag + b"APPEND INBOX {%d}\r\n" % len(messages[0]))
        for message, following in zip(messages, [*messages[1:], None]):
            answer = self.line()
            if not answer.startswith(b"+"):
                raise SystemExit(f"APPEND: {answer!r}")
            self.socket.sendall(message + (b"\r\n" if following is None else b" {%d}\r\n" % len(following)))
        self.read_until(lambda tail: tail.endswith(b"\r\n") and tag + b"OK" in tail)


class Pop3(Session):
    def __init__(self, host, port, user):
        super().__init__(host, port)
        self.line()
        self.do(f"USER {user}")
        self.do(f"PASS {PASSWORD}")

    def do(self, command, end=b"\r\n"):
        self.socket.sendall(command.encode() + b"\r\n")
        tail = self.read_until(lambda tail: tail.endswith(end))
        if len(tail) < 1024 and not tail.startswith(b"+OK"):
            raise SystemExit(f"{command}: {tail!r}")


def user(client):
    return f"{client + 1}u@d3.test"


def message(i):
    header = (f"From: Sender {i} <s{i}@ext.example>\r\nTo: Rcpt <u@d1.test>\r\nCc: c{i}@ext.example\r\nSubject: message {i} word{i % 100}x about things\r\n"
              f"Date: Sun, 22 Nov 2026 0{i % 10}:{i // 60 % 60:02}:{i % 60:02} +0000\r\nMessage-ID: <fill-{i}@ext.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n")
    line = "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiu\r\n"
    return (header + line * ((OCTETS - len(header)) // len(line))).encode()


def fill(host, port, client):
    session = Imap(host, port, user(client))
    have = int(re.search(rb"MESSAGES (\d+)", session.do("STATUS INBOX (MESSAGES)"))[1])
    for i in range(have, MESSAGES, 100):
        session.append([message(k) for k in range(i, min(i + 100, MESSAGES))])


def login(client):
    for _ in range(LOGINS):
        Imap(client.host, client.imap, client.user).do("LOGOUT")


def open_imap(client):
    client.session = Imap(client.host, client.imap, client.user)


def retrieve(client):
    for number in range(1, RETRS + 1):
        client.pop3.do(f"RETR {number}", b"\r\n.\r\n")


def open_pop3(client):
    client.session.do("LOGOUT")
    client.pop3 = Pop3(client.host, client.port3, client.user)


def singles(client):
    for k in range(SINGLES):
        client.session.do(f"STORE {k % 100 * (MESSAGES // 100) + 1} {'+' if k < 100 else '-'}FLAGS (\\Seen)")


def imap(command, times=1):
    def run(client):
        for _ in range(times):
            client.session.do(command)
    return run


# name, what is done, what one client does of it, its unit; None: not measured
PHASES = [
    ("login", login, LOGINS, "logins/s"), (None, open_imap, 0, ""), ("SELECT", imap("SELECT INBOX"), 0, "ms"),
    ("FETCH 1:* (UID FLAGS ENVELOPE)", imap("FETCH 1:* (UID FLAGS ENVELOPE)"), 0, "ms"), ("FETCH 1:* BODY.PEEK[]", imap("FETCH 1:* BODY.PEEK[]"), MESSAGES * OCTETS / 1e6, "MB/s"),
    ("SEARCH SUBJECT", imap("SEARCH SUBJECT word7"), 0, "ms"), ("SEARCH BODY, no hit", imap("SEARCH BODY nosuchwordinit"), 0, "ms"),
    # two letters are never asked of DirMail's index: this is a search of mail that is not indexed yet
    ("SEARCH BODY, two letters", imap("SEARCH BODY q0"), 0, "ms"), ("SEARCH TEXT, in every message", imap("SEARCH TEXT consectetur"), 0, "ms"),
    ("STORE 1:* +FLAGS.SILENT", imap("STORE 1:* +FLAGS.SILENT (\\Flagged)"), 0, "ms"), ("STORE 1:* -FLAGS", imap("STORE 1:* -FLAGS (\\Flagged)"), 0, "ms"),
    ("STORE of single messages", singles, SINGLES, "commands/s"), ("NOOP, 1,000 times", imap("NOOP", NOOPS), 0, "ms"),
    (None, imap("CREATE copied"), 0, ""), ("COPY 1:*", imap("COPY 1:* copied"), 0, "ms"), (None, imap("CREATE moved"), 0, ""), (None, imap("SELECT copied"), 0, ""),
    ("MOVE 1:*", imap("MOVE 1:* moved"), 0, "ms"), (None, imap("SELECT moved"), 0, ""), (None, imap("STORE 1:* +FLAGS.SILENT (\\Deleted)"), 0, ""), ("EXPUNGE", imap("EXPUNGE"), 0, "ms"),
    (None, imap("CLOSE"), 0, ""), (None, imap("DELETE copied"), 0, ""), (None, imap("DELETE moved"), 0, ""),
    (None, open_pop3, 0, ""), ("POP3 RETR", retrieve, RETRS, "messages/s"), (None, lambda client: client.pop3.do("QUIT"), 0, ""),
]


class Client:
    """Runs in a process of its own; goes from phase to phase with the others."""

    def __init__(self, host, imap_port, port3, number, start, report):
        self.host, self.imap, self.port3, self.user = host, imap_port, port3, user(number)
        for _ in range(REPS + 1):
            for _, work, _, _ in PHASES:
                start.wait(DEADLINE - time.monotonic())
                begun, used = time.monotonic(), time.process_time()
                work(self)
                report.put((begun, time.monotonic(), time.process_time() - used))


def processor(pids):
    """Seconds used by these processes and all that came of them."""
    seconds = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/stat") as file:
                own, own_kernel, ended, ended_kernel = (int(field) / os.sysconf("SC_CLK_TCK") for field in file.read().rsplit(")", 1)[1].split()[11:15])
            exact = 0  # by the threads that are there, in nanoseconds; with those that have ended only in ticks
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/schedstat") as file:
                    exact += int(file.read().split()[0]) / 1e9
                with open(f"/proc/{pid}/task/{task}/children") as file:
                    seconds += processor(file.read().split())
            seconds += max(own + own_kernel, exact) + ended + ended_kernel
        except (FileNotFoundError, ProcessLookupError):
            pass  # ended meanwhile
    return seconds


def memory(pids):
    """KiB in proportion to sharing; the smallest of some looks."""
    def all_of(pids):
        for pid in pids:
            yield pid
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/children") as file:
                    yield from all_of(file.read().split())

    def look():
        total = 0
        for pid in all_of(pids):
            with open(f"/proc/{pid}/smaps_rollup") as file:
                total += int(re.search(r"^Pss: +(\d+)", file.read(), re.M)[1])
        return total
    return min((time.sleep(1), look())[1] for _ in range(5))


def idle(host, imap_port, pids, emit):
    """On a server that has done little before: what a load has left free would hide them."""
    for i in range(50):
        Imap(host, imap_port, f"{i + 1}u@d5.test").do("SELECT INBOX")
    before = memory(pids)
    sessions = [Imap(host, imap_port, f"{i % 100 + 1}u@d5.test") for i in range(IDLE)]
    for session in sessions:
        session.do("SELECT INBOX")
        session.socket.sendall(b"i IDLE\r\n")
        session.line()
    emit(phase="memory of an idle session", clients=IDLE, unit="KB", value=(memory(pids) - before) / IDLE, low=0, high=0, server_ms=0, tool_ms=0)


def run(host, imap_port, port3, pids, emit):
    for count in CLIENTS:
        start, report = multiprocessing.Barrier(count + 1), multiprocessing.Queue()
        clients = [multiprocessing.Process(target=Client, args=(host, imap_port, port3, number, start, report), daemon=True) for number in range(count)]
        for client in clients:
            client.start()
        taken = {}
        for repetition in range(REPS + 1):
            for name, _, amount, unit in PHASES:
                before = processor(pids)
                start.wait(DEADLINE - time.monotonic())
                reports = [report.get(timeout=max(1, DEADLINE - time.monotonic())) for _ in range(count)]
                seconds = max(end for _, end, _ in reports) - min(begun for begun, _, _ in reports)
                if name and repetition > 0:
                    taken.setdefault(name, (amount, unit, []))[2].append((seconds, processor(pids) - before, sum(used for _, _, used in reports)))
        for name, (amount, unit, results) in taken.items():
            values = [count * amount / seconds if amount else seconds * 1000 for seconds, _, _ in results]
            emit(phase=name, clients=count, unit=unit, value=statistics.median(values), low=min(values), high=max(values),
                 server_ms=statistics.median(used for _, used, _ in results) * 1000, tool_ms=statistics.median(used for _, _, used in results) * 1000)
        for client in clients:
            client.join()


def table(out):
    with open(out) as file:
        rows = [json.loads(line) for line in file]
    found = {(row["phase"], row["clients"], row["peer"]): row for row in rows}
    print(f"{'':32} {'clients':>7} {'':10} {'Dovecot':>10} {'DirMail':>10} {'(min to max)':>20} {'better by':>9} {'processor ms: Dovecot':>22} {'DirMail':>8} {'tool':>6}")
    for phase, clients in dict.fromkeys((row["phase"], row["clients"]) for row in rows):
        theirs, ours = found.get((phase, clients, "peer")), found.get((phase, clients, "dirmail"))
        if not theirs or not ours:
            one = theirs or ours
            print(f"{phase:32} {clients:7} {one['unit']:10} {one['peer']}: {one['value']:.1f} ({one['low']:.1f} to {one['high']:.1f}), processor {one['server_ms']:.1f} ms, tool {one['tool_ms']:.1f} ms")
            continue
        better = ours["value"] / theirs["value"] if ours["unit"].endswith("/s") else theirs["value"] / ours["value"]
        spread = f"({ours['low']:.1f} to {ours['high']:.1f})"
        print(f"{phase:32} {clients:7} {ours['unit']:10} {theirs['value']:10.1f} {ours['value']:10.1f} {spread:>20} {better:9.2f} {theirs['server_ms']:22.1f} {ours['server_ms']:8.1f} {ours['tool_ms']:6.1f}")


def main():
    verb, *words = sys.argv[1:] or [""]
    if verb == "fill":
        host, port = words[0], int(words[1])
        for first in range(0, max(CLIENTS), 4):
            fillers = [multiprocessing.Process(target=fill, args=(host, port, client)) for client in range(first, min(first + 4, max(CLIENTS)))]
            for filler in fillers:
                filler.start()
            for filler in fillers:
                filler.join()
                if filler.exitcode:
                    raise SystemExit("not filled")
    elif verb in ("idle", "run"):
        host, imap_port, port3, peer, out, *pids = words

        def emit(**row):
            with open(out, "a") as file:
                file.write(json.dumps({"peer": peer, **row}) + "\n")
        if verb == "idle":
            idle(host, int(imap_port), pids, emit)
        else:
            run(host, int(imap_port), int(port3), pids, emit)
    elif verb == "table":
        table(words[0])
    else:
        raise SystemExit(__doc__)


main()

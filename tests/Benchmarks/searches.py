#!/usr/bin/env python3
"""What searches of a mailbox cost, in time and in the server's processor time, and what the index takes up. A server of its own; bounded to ten minutes.

    ./dirmail --version && tests/Benchmarks/searches.py [MESSAGES [OCTETS]]

Text is made of words as common as in English (Zipf), each message another one. "two letters" is never asked of the index: all messages are read. The first of six runs is not counted.
"""
import bisect, json, os, random, re, signal, socket, statistics, subprocess, sys, tempfile, time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.join(ROOT, "src/DirMail/bin/Release/publish/DirMail")
MESSAGES, OCTETS = ([int(n) for n in sys.argv[1:3]] + [10000, 5000][len(sys.argv[1:3]):])
DEADLINE = time.monotonic() + 570
SEARCHES = {
    "SUBJECT word7": "SUBJECT word7", "SUBJECT, no hit": "SUBJECT nosuchwordinit", "FROM, one hit": 'FROM "s4242@ext"', "HEADER Message-ID, one hit": 'HEADER Message-ID "<fill-4242@ext.example>"',
    "TEXT word7": "TEXT word7", "TEXT, no hit": "TEXT nosuchwordinit", "BODY, no hit": "BODY nosuchwordinit", "BODY, a rare word": "BODY {rare}", "BODY, a common word": "BODY {common}",
    "TEXT, in every message": "TEXT {everywhere}", "OR SUBJECT FROM, no hit": "OR SUBJECT nosuchwordinit FROM nosuchwordinit", "BODY, two letters, no hit": "BODY q0",
}
random = random.Random(7)
SYLLABLES = "ba con der el fi gra ho in ju ka lo men nor op pre qui re sta tion ur ver wi ex ly zen th sh ing ed er".split()
WORDS = sorted({"".join(random.choice(SYLLABLES) for _ in range(random.randint(1, 4))) for _ in range(30000)}, key=lambda word: (len(word), random.random()))
TOTALS = []
for rank in range(len(WORDS)):
    TOTALS.append((TOTALS[-1] if TOTALS else 0) + 1 / (rank + 2))


def message(i):
    lines, line = [], ""
    while sum(map(len, lines)) < OCTETS - 400:
        line += " " + WORDS[bisect.bisect(TOTALS, random.random() * TOTALS[-1])]
        if len(line) > 70:
            lines, line = lines + [line.strip()], ""
    header = (f"From: Sender {i} <s{i}@ext.example>\r\nTo: Rcpt <u@d1.test>\r\nCc: c{i}@ext.example\r\nSubject: message {i} word{i % 100}x about things\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\n"
              f"Message-ID: <fill-{i}@ext.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n")
    return (header + "\r\n".join(lines) + f"\r\n{'everywhere'}\r\n").encode()


class Imap:
    def __init__(self, port):
        self.file = socket.create_connection(("127.0.0.1", port), timeout=120).makefile("rwb")
        self.file.readline()

    def do(self, command):
        self.file.write(b"zq " + command + b"\r\n")
        self.file.flush()
        return self.end()

    def append(self, batch):
        self.file.write(b"zq APPEND INBOX")
        for one in batch:
            self.file.write(b" {%d}\r\n" % len(one))
            self.file.flush()
            assert self.file.readline().startswith(b"+")
            self.file.write(one)
        self.file.write(b"\r\n")
        self.file.flush()
        self.end()

    def end(self):
        answer = b""
        while not answer.split(b"\n")[-1].startswith(b"zq "):
            line = self.file.readline()
            if not line:
                raise SystemExit("closed")
            answer += (b"\n" if answer else b"") + line.rstrip(b"\r\n")
        assert answer.split(b"\n")[-1].startswith(b"zq OK"), answer[-300:]
        return answer


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def processor(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def thread(pid, name):
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/comm") as comm:
            if comm.read().strip() == name:
                with open(f"/proc/{pid}/task/{task}/schedstat") as times:
                    return int(times.read().split()[0]) / 1e9
    return 0.0


def statistics_of(settings):
    return json.loads(subprocess.run([PROGRAM, "store", "stats", "--json", "--settings", settings], capture_output=True, text=True, check=True).stdout)


def measure(imap, pid):
    everywhere, common, rare = "everywhere", WORDS[700], WORDS[-1]
    for name, search in SEARCHES.items():
        command, runs, cpu = search.format(everywhere=everywhere, common=common, rare=rare).encode(), [], 0
        for run in range(6):
            if run == 1:
                cpu = processor(pid)
            start = time.perf_counter()
            answer = imap.do(b"SEARCH " + command)
            runs.append(time.perf_counter() - start)
        hits = len(re.findall(rb"^\* SEARCH(.*)$", answer, re.M)[0].split())
        print(f"{name:28} {hits:6} found  {statistics.median(runs[1:]) * 1000:7.1f} ms (least {min(runs[1:]) * 1000:.1f})  processor {(processor(pid) - cpu) / 5 * 1000:5.0f} ms", flush=True)
        if time.monotonic() > DEADLINE:
            raise SystemExit("out of time")


def main():
    port, folder = free_port(), tempfile.mkdtemp(prefix="dirmail-search-")
    settings = os.path.join(folder, "dirmail.json")
    with open(settings, "w") as file:
        json.dump({"dataFolder": "data", "log": {"level": "warning"}, "listen": {"imap": port, **{name: "off" for name in ("smtp", "submission", "submissions", "imaps", "pop3", "pop3s", "lmtp")}},
                   "embeddedDirectory": {"listen": f"127.0.0.1:{free_port()}"}, "dns": {"servers": ["none"]}}, file)
    with open(os.path.join(folder, "log"), "w") as log:
        server = subprocess.Popen([PROGRAM, "serve", "--example", "--settings", settings], stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        while "serves " not in (line := server.stdout.readline()):
            if not line:
                raise SystemExit(open(os.path.join(folder, "log")).read())
        imap = Imap(port)
        imap.do(b"LOGIN alice@bcd.com alice-bcd-secret")
        batches = [[message(i) for i in range(first, min(first + 100, MESSAGES))] for first in range(0, MESSAGES, 100)]
        start = time.monotonic()
        for batch in batches:
            imap.append(batch)
        print(f"{MESSAGES} messages of {OCTETS} octets appended in {time.monotonic() - start:.1f} s", flush=True)
        while (report := statistics_of(settings))["searchIndex"]["lag"] > 0 and time.monotonic() < DEADLINE:
            time.sleep(1)
        stored = report["all"]["storedOctets"]
        print(f"indexed {time.monotonic() - start:.1f} s after the first came; the indexer's processor time {thread(server.pid, 'store indexer') / MESSAGES * 1000:.2f} ms a message")
        print(f"the index has {report['searchIndex']['octets'] / 1e6:.1f} MB, {report['searchIndex']['octets'] / stored:.0%} of the mail's {stored / 1e6:.1f} MB", flush=True)
        imap.do(b"SELECT INBOX")
        measure(imap, server.pid)
    finally:
        server.send_signal(signal.SIGKILL)
        server.wait()
        subprocess.run(["rm", "-r", folder], check=True)


main()

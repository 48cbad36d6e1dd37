#!/usr/bin/env python3
"""Large messages at once under a hard limit of the managed heap: N clients send M megabytes each, half by DATA and half by BDAT, then N clients fetch them over IMAP and append them again.

Starts a server of its own in a temporary folder (needs twice N x M of disk). Bounded: gives up after ten minutes. Every octet fetched is compared by hash.
  tests/Benchmarks/large-messages.py [--clients 32] [--megabytes 100] [--heap 200]
"""
import argparse, hashlib, os, re, signal, socket, subprocess, sys, tempfile, threading, time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.join(ROOT, "src/DirMail/bin/Release/publish/DirMail")
SMTP, SUBMISSION, IMAP, POP3, LDAP = 19025, 19587, 19143, 19110, 19389
# no line begins with a dot, so DATA and BDAT carry the same octets
LINE = b"0123456789abcdef" * 4 + b"..end\r\n"


def message(number, megabytes):
    """The head and the block that is repeated after it, of one message."""
    head = b"From: sender@elsewhere.test\r\nTo: u@d1.test\r\nSubject: large %d\r\nMessage-ID: <large%d@elsewhere.test>\r\n\r\n" % (number, number)
    block = LINE * 14800
    return head, block, megabytes * 1024 * 1024 // len(block)


class Dialogue:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=300)
        self.file = self.socket.makefile("rb", buffering=262144)

    def reply(self, expected):
        while True:
            line = self.file.readline()
            if line[3:4] != b"-":
                break
        if not line.startswith(expected):
            raise RuntimeError(f"expected {expected}, got {line}")

    def say(self, line, expected):
        self.socket.sendall(line + b"\r\n")
        self.reply(expected)


def send(number, megabytes, by_chunks):
    head, block, count = message(number, megabytes)
    client = Dialogue(SMTP)
    client.reply(b"220")
    client.say(b"EHLO sender.elsewhere.test", b"250")
    client.say(b"MAIL FROM:<sender@elsewhere.test>", b"250")
    client.say(b"RCPT TO:<%du@d1.test>" % (number + 1), b"250")
    if by_chunks:
        client.socket.sendall(b"BDAT %d\r\n" % len(head) + head)
        client.reply(b"250")
        for _ in range(count):
            client.socket.sendall(b"BDAT %d\r\n" % len(block))
            client.socket.sendall(block)
            client.reply(b"250")
        client.say(b"BDAT 0 LAST", b"250")
    else:
        client.say(b"DATA", b"354")
        client.socket.sendall(head)
        for _ in range(count):
            client.socket.sendall(block)
        client.say(b".", b"250")
    client.say(b"QUIT", b"221")


def fetch(number, digests):
    client = Dialogue(IMAP)
    client.file.readline()
    client.socket.sendall(b"a login %du@d1.test benchpw\r\nb select inbox\r\n" % (number + 1))
    while not (line := client.file.readline()).startswith(b"b "):
        if not line:
            raise RuntimeError("closed")
    client.socket.sendall(b"c fetch 1 body.peek[]\r\n")
    while not (found := re.search(rb"\{(\d+)\}\r\n$", client.file.readline())):
        pass
    left, start, digest = int(found[1]), b"", hashlib.sha256()
    while left > 0:
        octets = client.file.read(min(left, 262144))
        if not octets:
            raise RuntimeError("closed in the middle")
        left -= len(octets)
        if start is not None:
            start += octets
            if (at := start.find(b"From: sender@")) < 0:
                continue  # our own trace lines
            octets, start = start[at:], None
        digest.update(octets)
    digests[number] = digest.hexdigest()
    client.socket.sendall(b"d logout\r\n")


def append(number, megabytes):
    head, block, count = message(number, megabytes)
    client = Dialogue(IMAP)
    client.file.readline()
    client.socket.sendall(b"a login %du@d1.test benchpw\r\n" % (number + 1))
    while not client.file.readline().startswith(b"a OK"):
        pass
    client.socket.sendall(b"b append inbox {%d}\r\n" % (len(head) + count * len(block)))
    if not (line := client.file.readline()).startswith(b"+"):
        raise RuntimeError(f"expected a continuation, got {line}")
    client.socket.sendall(head)
    for _ in range(count):
        client.socket.sendall(block)
    client.socket.sendall(b"\r\nc logout\r\n")
    while not (line := client.file.readline()).startswith(b"b "):
        pass
    if not line.startswith(b"b OK"):
        raise RuntimeError(f"expected b OK, got {line}")


def at_once(work, items):
    failures = []

    def run(item):
        try:
            work(*item)
        except Exception as e:  # told below, with its thread's item
            failures.append(f"{item}: {e!r}")

    threads = [threading.Thread(target=run, args=(item,)) for item in items]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(600)
    if failures:
        sys.exit("\n".join(failures[:5]))
    return time.monotonic() - started


def resident(pid):
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(r"VmHWM:\s+(\d+)", status.read())[1]) // 1024


def load_directory(folder, settings, users):
    ldif = os.path.join(folder, "users.ldif")
    with open(ldif, "wb") as file:
        subprocess.run([sys.executable, os.path.join(ROOT, "tests/Benchmarks/gen-ldif.py"), "1", str(users)], stdout=file, check=True)
    subprocess.run([PROGRAM, "ldif", "load", ldif, "--settings", settings], check=True, stdout=subprocess.DEVNULL)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--heap", type=int, default=200, help="hard limit of the managed heap in MB")
    options = parser.parse_args()
    expected = {}
    for number in range(options.clients):
        head, block, count = message(number, options.megabytes)
        digest = hashlib.sha256(head)
        for _ in range(count):
            digest.update(block)
        expected[number] = digest.hexdigest()
    with tempfile.TemporaryDirectory() as folder:
        settings = os.path.join(folder, "dirmail.json")
        with open(settings, "w") as file:
            file.write('{ "dataFolder": "data", "log": { "level": "warning" }, "limits": { "messageSize": "%dM" }, "dns": { "servers": ["none"] },'
                       '"listen": { "smtp": %d, "submission": %d, "imap": %d, "pop3": %d, "submissions": "off", "imaps": "off", "pop3s": "off", "lmtp": "off" }, "embeddedDirectory": { "listen": "127.0.0.1:%d" } }'
                       % (options.megabytes + 2, SMTP, SUBMISSION, IMAP, POP3, LDAP))
        environment = dict(os.environ, DOTNET_GCHeapHardLimit=hex(options.heap * 1024 * 1024))
        server = subprocess.Popen([PROGRAM, "serve", "--settings", settings], env=environment, stdout=subprocess.DEVNULL)
        try:
            for _ in range(300):
                try:
                    Dialogue(SMTP).reply(b"220")
                    break
                except OSError:
                    time.sleep(0.1)
            load_directory(folder, settings, options.clients)
            print(f"resident at start: {resident(server.pid)} MB")
            total = options.clients * options.megabytes
            seconds = at_once(send, [(n, options.megabytes, n % 2 == 1) for n in range(options.clients)])
            print(f"sent {options.clients} x {options.megabytes} MB in {seconds:.1f} s ({total / seconds:.0f} MB/s), most resident {resident(server.pid)} MB")
            digests = {}
            seconds = at_once(fetch, [(number, digests) for number in range(options.clients)])
            wrong = sum(digests.get(number) != expected[number] for number in expected)
            print(f"fetched in {seconds:.1f} s ({total / seconds:.0f} MB/s), most resident {resident(server.pid)} MB, {wrong} differ from what was sent")
            if wrong:
                sys.exit(1)
            seconds = at_once(append, [(number, options.megabytes) for number in range(options.clients)])
            print(f"appended in {seconds:.1f} s ({total / seconds:.0f} MB/s), most resident {resident(server.pid)} MB")
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)


main()

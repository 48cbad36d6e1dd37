#!/usr/bin/env python3
"""What an idle connection costs: opens N connections, says hello on each, waits, and divides what the server process grew by (RSS) by N.

    ./dirmail --version && tests/Benchmarks/idle-connections.py [N] [kind ...]

A fresh server for each kind: smtp, smtp+starttls, submissions, imap, imaps, pop3, pop3s. 50 connections before the measurement make it warm.
"""
import json, os, resource, signal, socket, ssl, subprocess, sys, tempfile, time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.join(ROOT, "src/DirMail/bin/Release/publish/DirMail")
HELLO = {"smtp": b"EHLO bench\r\n", "imap": b"a NOOP\r\n", "pop3": b"CAPA\r\n"}
END = {"smtp": b"250 ", "imap": b"a OK", "pop3": b"\r\n.\r\n"}
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def until(connection, end):
    got = b""
    while end not in got:
        piece = connection.recv(4096)
        if not piece:
            raise SystemExit(f"closed after {got!r}")
        got += piece


def open_one(kind, port):
    protocol = {"submissions": "smtp", "imaps": "imap", "pop3s": "pop3"}.get(kind, kind.split("+")[0])
    connection = socket.create_connection(("127.0.0.1", port))
    if kind in ("submissions", "imaps", "pop3s"):
        connection = context.wrap_socket(connection)
    until(connection, b"\r\n")
    if kind.endswith("+starttls"):
        connection.sendall(HELLO["smtp"] + b"STARTTLS\r\n")
        until(connection, b"220 2.0.0")
        connection = context.wrap_socket(connection)
    connection.sendall(HELLO[protocol])
    until(connection, END[protocol])
    return connection


def rss(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


def settled(pid):
    """The smallest of some looks: the collector has had its time."""
    return min((time.sleep(1), rss(pid))[1] for _ in range(8))


def measure(kind, count):
    ports = {name: free_port() for name in ("smtp", "submission", "submissions", "imap", "imaps", "pop3", "pop3s")}
    folder = tempfile.mkdtemp(prefix="dirmail-idle-")
    settings = os.path.join(folder, "dirmail.json")
    with open(settings, "w") as file:
        json.dump({"dataFolder": "data", "log": {"level": "warning"}, "listen": {**ports, "lmtp": "off"}, "limits": {"connections": 100000},
                   "embeddedDirectory": {"listen": f"127.0.0.1:{free_port()}"}, "dns": {"servers": ["none"]}}, file)
    with open(os.path.join(folder, "log"), "w") as log:
        server = subprocess.Popen([PROGRAM, "serve", "--example", "--settings", settings], stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        while "serves " not in (line := server.stdout.readline()):
            if not line:
                raise SystemExit(open(os.path.join(folder, "log")).read())
        port = ports[kind.split("+")[0]]
        for connection in [open_one(kind, port) for _ in range(50)]:
            connection.close()
        before = settled(server.pid)
        connections = [open_one(kind, port) for _ in range(count)]
        after = settled(server.pid)
        print(f"{kind:14} {count} connections: {before} KB before, {after} KB with them: {(after - before) / count:.1f} KB each", flush=True)
    finally:
        server.send_signal(signal.SIGKILL)
        server.wait()
        subprocess.run(["rm", "-r", folder], check=True)


def main():
    arguments = sys.argv[1:]
    count = int(arguments.pop(0)) if arguments and arguments[0].isdigit() else 1000
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    for kind in arguments or ["smtp", "smtp+starttls", "submissions", "imap", "imaps", "pop3", "pop3s"]:
        measure(kind, count)


main()

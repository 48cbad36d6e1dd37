#!/usr/bin/env python3
"""Toggles a domain N times by LDAP modifies and measures, from the modify's result to the first changed answer: RCPT on an open session, BYE on an open IMAP session, 421 on an open
submission session, the end of an open POP3 session; and until when a login that begins is still decided by the old state (a refusal itself is answered at a fixed time after its start, 300 ms).
usage: toggle.py N LDAP SMTP SUBMISSION IMAP POP3 (ports on 127.0.0.1; the example directory)"""
import base64, socket, statistics, sys, threading, time

N, LDAP, SMTP, SUBMISSION, IMAP, POP3 = map(int, sys.argv[1:7])
DOMAIN, ADMIN, SECRET = "o=bcd.com,o=hosting", "uid=admin,ou=People,o=bcd.com,o=hosting", "admin-bcd-secret"
now = time.perf_counter


def tlv(tag, *parts):
    body = b"".join(parts)
    size = len(body)
    return bytes([tag]) + (bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")) + body


def text(value, tag=4):
    return tlv(tag, value.encode())


class Directory:
    def __init__(self):
        self.socket, self.id = socket.create_connection(("127.0.0.1", LDAP)), 0
        self.ask(tlv(0x60, b"\x02\x01\x03", text(ADMIN), text(SECRET, 0x80)))

    def ask(self, operation):
        self.id += 1
        self.socket.sendall(tlv(0x30, tlv(2, self.id.to_bytes(2, "big")), operation))
        answer = self.socket.recv(65536)
        assert b"\x0a\x01\x00" in answer, answer

    def set(self, status):
        self.ask(tlv(0x66, text(DOMAIN), tlv(0x30, tlv(0x30, b"\x0a\x01\x02", tlv(0x30, text("mailDomainStatus"), tlv(0x31, text(status)))))))
        return now()


class Session:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rb")
        self.line()

    def line(self):
        return self.file.readline().decode("latin-1").strip()

    def smtp(self, command):
        self.socket.sendall(command.encode() + b"\r\n")
        while (line := self.line())[3:4] == "-":
            pass
        return line

    def imap(self, command):
        self.socket.sendall(b"a " + command.encode() + b"\r\n")
        while not (line := self.line()).startswith("a ") and line:
            pass
        return line

    def pop3(self, user):
        self.smtp(f"USER {user}@bcd.com")
        return self.smtp(f"PASS {user}-bcd-secret")

    def close(self):
        self.file.close()
        self.socket.close()


def auth(user):
    return "AUTH PLAIN " + base64.b64encode(f"\0{user}@bcd.com\0{user}-bcd-secret".encode()).decode()


def submission():
    session = Session(SUBMISSION)
    session.smtp("EHLO pc")
    return session


def try_login(kind, tries):
    session = {"AUTH": submission, "LOGIN": lambda: Session(IMAP), "PASS": lambda: Session(POP3)}[kind]()
    begun = now()
    answer = {"AUTH": lambda: session.smtp(auth("alice")), "LOGIN": lambda: session.imap("LOGIN alice@bcd.com alice-bcd-secret"), "PASS": lambda: session.pop3("alice")}[kind]()
    tries.append((begun, answer.startswith(("235", "a OK", "+OK"))))
    session.close()


def logins(kind, tries, stop):
    threads = []
    while not stop.is_set():
        threads.append(threading.Thread(target=try_login, args=(kind, tries)))
        threads[-1].start()
        time.sleep(0.02)
    for thread in threads:
        thread.join()


def first_line(session, marks, name, prefix):
    line = session.line()
    marks[name] = now() if line.startswith(prefix) and bool(line) == bool(prefix) else None


def changed_rcpt(session, marks, name, prefix):
    asked = 0
    while not session.smtp("RCPT TO:<alice@bcd.com>").startswith(prefix):
        asked += 1
        if asked % 500 == 0:  # a transaction takes 1,000
            session.smtp("RSET"), session.smtp("MAIL FROM:<x@xyz.test>")
        time.sleep(0.0005)
    marks[name] = now()


def run():
    directory, figures = Directory(), {}
    directory.set("active")
    for toggle in range(N):
        rcpt, imap, smtp, pop3, marks = Session(SMTP), Session(IMAP), submission(), Session(POP3), {}
        rcpt.smtp("EHLO pc"), rcpt.smtp("MAIL FROM:<x@xyz.test>")
        while not imap.imap("LOGIN bob@bcd.com bob-bcd-secret").startswith("a OK"):
            pass
        while not smtp.smtp(auth("bob")).startswith("235"):
            pass
        while not pop3.pop3("bob").startswith("+OK"):
            pass
        stop, tries = threading.Event(), {"AUTH": [], "LOGIN": [], "PASS": []}
        waiting = [threading.Thread(target=changed_rcpt, args=(rcpt, marks, "RCPT 450", "450")),
                   threading.Thread(target=first_line, args=(imap, marks, "IMAP BYE", "* BYE")),
                   threading.Thread(target=first_line, args=(smtp, marks, "SMTP 421", "421")),
                   threading.Thread(target=first_line, args=(pop3, marks, "POP3 closed", ""))]
        if toggle % 5 == 0:  # logins load the machine: now and then is enough
            waiting += [threading.Thread(target=logins, args=(kind, tries[kind], stop)) for kind in tries]
        for thread in waiting:
            thread.start()
        time.sleep(0.1)
        done = directory.set("inactive")
        time.sleep(0.3)
        stop.set()
        for thread in waiting:
            thread.join()
        for name, mark in marks.items():
            figures.setdefault(name, []).append(max(0, mark - done) * 1000 if mark else float("inf"))
        for kind, seen in tries.items():
            if seen:
                old = [begun for begun, accepted in seen if accepted]
                assert old, f"no {kind} was accepted before the change"
                figures.setdefault(f"{kind}: old state until", []).append(max(0, max(old, default=done) - done) * 1000)
        directory.set("active")
        for session in (rcpt, imap, smtp, pop3):
            session.close()
        time.sleep(0.05)
    for name, values in figures.items():
        print(f"{name:24} median {statistics.median(values):7.2f} ms   worst of {len(values)} {max(values):7.2f} ms")


run()

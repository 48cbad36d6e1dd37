"""A receiving mail server that misbehaves now and then."""
import random
import socketserver
import threading
import time

# where the message was taken, but its sender cannot know: it has to send it again
UNHEARD = ("take and close", "take, garbage", "take, wrong code", "take, close within the answer", "take, endless reply")
FAULTS = ("stall at connect", "stall at the dot", "drip", "close at MAIL", "close in the content", "4xx at connect", "4xx at MAIL", "4xx at RCPT", "4xx at DATA", "4xx at the dot",
          "take, 250, close", "wrong code at RCPT", "wrong code at DATA", "endless reply at EHLO", "endless line") + UNHEARD
LATER = tuple(fault for fault in FAULTS if fault.startswith("4xx"))


class Taken:
    """One recipient's message taken. Its connection began at that time: when its sender has been killed since, what was taken lay in the socket's buffer, and nobody heard the answer."""

    def __init__(self, fault, since):
        self.time, self.is_heard, self.since = time.time(), fault not in UNHEARD, since

    def __repr__(self):
        return f"at {self.time:.3f} over a connection since {self.since:.3f}{'' if self.is_heard else ', unheard'}"


class Sink(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, share_of_faults):
        super().__init__(("127.0.0.1", 0), Session)
        self.share_of_faults = share_of_faults
        self.answers_later = False
        self.put_off = 0
        self.lock = threading.Lock()
        self.taken = {}
        self.faults = dict.fromkeys(FAULTS, 0)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass

    def choose(self):
        """What goes wrong in a connection; "" nothing."""
        with self.lock:
            if self.answers_later:
                self.put_off += 1
                return random.choice(LATER)
            fault = random.choice(FAULTS) if random.random() < self.share_of_faults else ""
            if fault:
                self.faults[fault] += 1
            return fault

    def take(self, message, session):
        with self.lock:
            for recipient in session.recipients:
                self.taken.setdefault((message, recipient), []).append(Taken(session.fault, session.since))


class Session(socketserver.StreamRequestHandler):
    timeout = 60

    def handle(self):
        self.fault, self.since = self.server.choose(), time.time()
        if self.fault == "stall at connect":
            time.sleep(3)
        if self.fault == "4xx at connect":
            return self.say("421 busy")
        self.say("220 sink.xyz.test ESMTP")
        self.recipients, self.has_sender = [], False
        while line := self.rfile.readline():
            if not self.answer(line.decode("latin-1").strip()):
                return
            # a connection that was kept over the beginning of the hour
            if not self.fault and self.server.answers_later:
                self.fault = self.server.choose()

    def answer(self, line):
        """False: the connection is over."""
        verb = line[:4].upper()
        if verb == "EHLO":
            if self.fault == "endless reply at EHLO":
                return self.endless()
            if self.fault == "endless line":
                self.wfile.write(b"250-")
                return all(self.wfile.write(b"x" * 65536) for _ in range(200)) and False
            self.say("250-sink.xyz.test\r\n250 PIPELINING")
        elif verb == "MAIL":
            self.recipients, self.has_sender = [], self.fault != "4xx at MAIL"
            if self.fault == "close at MAIL":
                return False
            self.say("250 ok" if self.has_sender else "451 later")
        elif verb == "RCPT":
            # pipelined behind a MAIL that was refused, it and DATA are refused too
            refused = {"4xx at RCPT": "450 later", "wrong code at RCPT": "354 go"}.get(self.fault, "" if self.has_sender else "503 MAIL first")
            if not refused:
                self.recipients.append(line.split("<")[1].split(">")[0])
            self.say(refused or "250 ok")
        elif verb == "DATA":
            if self.fault in ("4xx at DATA", "4xx at connect") or not self.recipients:
                self.say("451 later")
            elif self.fault == "wrong code at DATA":
                self.say("250 ok")
            else:
                self.say("354 go")
                return self.content()
        else:
            self.say("221 bye" if verb == "QUIT" else "250 ok")
            return verb != "QUIT"
        return True

    def content(self):
        subject = ""
        while text := self.rfile.readline():
            if text == b".\r\n":
                return self.end(subject)
            if self.fault == "close in the content":
                return False
            if text.startswith(b"Subject: ") and not subject:
                subject = text[9:].decode().strip()
        return False

    def end(self, subject):
        if self.fault == "4xx at the dot":
            self.say("452 later")
            return True
        if self.fault == "stall at the dot":
            time.sleep(3)
        self.server.take(subject, self)
        match self.fault:
            case "take and close":
                return False
            case "take, garbage":
                self.say("HTTP/1.1 200 OK")
            case "take, wrong code":
                self.say("354 more")
            case "take, close within the answer":
                self.wfile.write(b"25")
                return False
            case "take, endless reply":
                return self.endless()
            case _:
                self.say("250 taken")
        return self.fault != "take, 250, close"

    def endless(self):
        for _ in range(100_000):
            self.say("250-and so on")
        return False

    def say(self, text):
        if self.fault != "drip":
            self.wfile.write((text + "\r\n").encode())
            return
        for letter in text + "\r\n":
            self.wfile.write(letter.encode())
            time.sleep(0.02)

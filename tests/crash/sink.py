"""A receiving mail server that misbehaves now and then: stalls, drips, closes, answers 4xx, takes the message and closes before it answers, sends replies without end."""
import random
import socketserver
import threading
import time

FAULTS = ("stall", "drip", "close at MAIL", "4xx at connect", "4xx at RCPT", "4xx at DATA", "take and close", "endless reply")


class Sink(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, share_of_faults):
        super().__init__(("127.0.0.1", 0), Session)
        self.share_of_faults = share_of_faults
        self.lock = threading.Lock()
        self.taken = {}
        self.faults = dict.fromkeys(FAULTS, 0)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass

    def take(self, message, recipient):
        with self.lock:
            key = (message, recipient)
            self.taken[key] = self.taken.get(key, 0) + 1


class Session(socketserver.StreamRequestHandler):
    timeout = 60

    def handle(self):
        fault = random.choice(FAULTS) if random.random() < self.server.share_of_faults else ""
        if fault:
            with self.server.lock:
                self.server.faults[fault] += 1
        if fault == "stall":
            time.sleep(3)
        if fault == "4xx at connect":
            return self.say("421 busy")
        self.say("220 sink.xyz.test ESMTP")
        recipients = []
        while line := self.rfile.readline():
            verb = line.decode("latin-1").strip().upper()
            if verb.startswith("EHLO"):
                self.say("250-sink.xyz.test\r\n250 PIPELINING")
            elif verb.startswith("MAIL"):
                recipients = []
                if fault == "close at MAIL":
                    return
                self.drip("250 ok") if fault == "drip" else self.say("250 ok")
            elif verb.startswith("RCPT"):
                if fault == "4xx at RCPT":
                    self.say("450 later")
                else:
                    recipients.append(line.decode("latin-1").split("<")[1].split(">")[0])
                    self.say("250 ok")
            elif verb == "DATA":
                if fault == "4xx at DATA" or not recipients:
                    self.say("451 later")
                    continue
                self.say("354 go")
                if not self.read(recipients, fault):
                    return
            elif verb == "QUIT":
                return self.say("221 bye")
            else:
                self.say("250 ok")

    def read(self, recipients, fault):
        subject, ended = "", False
        while text := self.rfile.readline():
            if text == b".\r\n":
                ended = True
                break
            if text.startswith(b"Subject: ") and not subject:
                subject = text[9:].decode().strip()
        if not ended:
            return False
        if fault == "endless reply":
            for _ in range(100_000):
                self.say("250-and so on")
            return False
        for recipient in recipients:
            self.server.take(subject, recipient)
        if fault == "take and close":
            return False
        self.say("250 taken")
        return True

    def say(self, text):
        self.wfile.write((text + "\r\n").encode())

    def drip(self, text):
        for letter in text + "\r\n":
            self.wfile.write(letter.encode())
            time.sleep(0.05)

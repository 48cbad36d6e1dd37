"""A receiving mail server on several addresses: notes for each message the peer's address, the sender and the Subject, a line each, in a file."""
import socketserver
import sys
import threading
import socket


class Sink(socketserver.StreamRequestHandler):
    timeout = 120

    def handle(self):
        peer = self.client_address[0]
        say = lambda text: self.wfile.write((text + "\r\n").encode())
        say("220 sink.test ESMTP")
        sender, helo = "", ""
        while line := self.rfile.readline():
            verb = line.decode("latin-1").strip()
            upper = verb.upper()
            if upper.startswith("EHLO"):
                helo = verb[5:]
                say("250-sink.test\r\n250-PIPELINING\r\n250 8BITMIME")
            elif upper.startswith("MAIL FROM:"):
                sender = verb[verb.index("<") + 1:verb.index(">")]
                say("250 ok")
            elif upper == "DATA":
                say("354 go")
                subject = ""
                while (text := self.rfile.readline()) not in (b".\r\n", b""):
                    if text.startswith(b"Subject: ") and not subject:
                        subject = text[9:].decode().strip()
                with lock:
                    print(peer, sender or "<>", subject, helo, file=notes, flush=True)
                say("250 taken")
            elif upper == "QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128


class Server6(Server):
    address_family = socket.AF_INET6


lock = threading.Lock()
notes = open(sys.argv[1], "a", encoding="utf-8")
servers = [(Server6 if ":" in address else Server)((address, 25), Sink) for address in sys.argv[2:]]
for server in servers[1:]:
    threading.Thread(target=server.serve_forever, daemon=True).start()
print("ready", flush=True)
servers[0].serve_forever()

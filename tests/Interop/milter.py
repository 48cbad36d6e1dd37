"""A milter (protocol 6) that notes what it hears: milter.py PORT FILE. Letters of the stages go to FILE, macros and what came with addresses to FILE.words. It is against bob as a recipient, in words of its own, against the sender spammer, and against what says "virus"."""
import socketserver
import struct
import sys


class Session(socketserver.BaseRequestHandler):
    def handle(self):
        while True:
            head = self.take(5)
            if not head:
                return
            length, kind = struct.unpack("!Ic", head)
            data = self.take(length - 1)
            if kind == b"O":
                self.say(b"O" + struct.pack("!III", 6, 0, 0))
                continue
            if kind in b"DMR":
                with open(sys.argv[2] + ".words", "ab") as words:
                    words.write(kind + b"|" + data.replace(b"\0", b"|") + b"\n")
            if kind == b"D":
                continue
            with open(sys.argv[2], "ab") as notes:
                notes.write(kind)
            if kind == b"Q":
                return
            if kind != b"A":
                self.say(self.answer(kind, data))

    @staticmethod
    def answer(kind, data):
        if kind == b"R" and b"<bob@" in data:
            return b"y550 5.7.1 no mail for bob\0"
        if kind == b"M" and b"<spammer@" in data:
            return b"r"
        if kind == b"B" and b"virus" in data:
            return b"r"
        return b"c"

    def say(self, packet):
        self.request.sendall(struct.pack("!I", len(packet)) + packet)

    def take(self, count):
        data = b""
        while len(data) < count:
            piece = self.request.recv(count - len(data))
            if not piece:
                return b""
            data += piece
        return data


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


Server(("127.0.0.1", int(sys.argv[1])), Session).serve_forever()

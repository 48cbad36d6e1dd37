"""What the store holds, read by a few lines of IMAP that have nothing to do with any of the clients."""
import re
import socket

from mail import PASSWORD, USER, letters


class Imap:
    def __init__(self, server, user=USER, password=PASSWORD):
        self.socket = socket.create_connection(("127.0.0.1", server.ports["imap"]), timeout=120)
        self.file = self.socket.makefile("rb")
        self.line()
        self.do(f"LOGIN {user} {password}")

    def line(self):
        """A response with its literals: its text with "{}" in their places, and they."""
        text, literals = b"", []
        while True:
            piece = self.file.readline()
            if not piece:
                raise ConnectionError("the server closed the connection")
            mark = re.search(rb"\{(\d+)\}\r\n$", piece)
            if mark is None:
                return (text + piece).decode("utf-8", "replace").rstrip("\r\n"), literals
            text += piece[: mark.start()] + b"{}"
            literals.append(self.file.read(int(mark[1])))

    def do(self, command, literal=None):
        self.socket.sendall(b"x " + command.encode() + (b"" if literal is None else b" {%d}\r\n" % len(literal)))
        if literal is not None:
            first = self.line()[0]
            assert first.startswith("+"), first
            self.socket.sendall(literal)
        self.socket.sendall(b"\r\n")
        lines = []
        while True:
            line = self.line()
            if line[0].startswith("x "):
                assert line[0].startswith("x OK"), f"{command}: {line[0]}"
                return lines, line[0]
            lines.append(line)

    def append(self, mailbox, message, flags=()):
        return int(re.search(r"APPENDUID \d+ (\d+)", self.do(f"APPEND {mailbox} ({' '.join(flags)})", message)[1])[1])

    def names(self):
        return [re.search(r'"?([^" ]+)"?$', line)[1] for line, _ in self.do('LIST "" *')[0] if line.startswith("* LIST")]

    def messages(self, mailbox, post):
        """By UID: number and letters of the flags."""
        validity = next(m[1] for line, _ in self.do(f"EXAMINE {mailbox}")[0] if (m := re.search(r"UIDVALIDITY (\d+)", line)))
        found = {}
        for line, literals in self.do("UID FETCH 1:* (UID FLAGS BODY.PEEK[])")[0]:
            if literals:
                flags = re.search(r"FLAGS \(([^)]*)\)", line)[1].split()
                found[int(re.search(r"UID (\d+)", line)[1])] = (post.known(literals[0]), letters(flags))
        # a session that has a deleted mailbox selected is ended
        self.do("UNSELECT")
        self.validity = validity
        return found

    def all(self, post):
        return {name: sorted(self.messages(name, post).values()) for name in self.names()}

    def close(self):
        self.do("LOGOUT")
        self.socket.close()

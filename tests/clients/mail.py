"""Messages that are known again wherever they turn up: a number in the header, a hash of the body."""
import hashlib
import re
import smtplib

USER, PASSWORD = "alice@bcd.com", "alice-bcd-secret"
LETTERS = {"\\Seen": "S", "\\Flagged": "F", "\\Answered": "R", "\\Draft": "D", "\\Deleted": "T"}
FLAGS = {letter: flag for flag, letter in LETTERS.items()}


class Post:
    """Makes messages and remembers the hashes of their bodies by number."""

    def __init__(self, random):
        self.random, self.hashes = random, {}

    def message(self):
        number = len(self.hashes) + 1
        lines = [self.random.choice((".", "..", "", "text", ".dot first", "tr\u00e4ger", "x" * 70, "a line with  blanks ", "=20 as it is")) for _ in range(self.random.choice((1, 3, 20, 20, 200)))]
        if self.random.random() < 0.02:
            lines += ["0123456789abcdef" * 4] * 1500
        body = "\r\n".join(lines + ["end", ""]).encode()
        head = f"From: Some One <a@remote.test>\r\nTo: {USER}\r\nSubject: op-{number}-\r\nMessage-ID: <{number}@remote.test>\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\nMIME-Version: 1.0\r\n" \
               f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\nX-Op: {number}\r\n\r\n".encode()
        self.hashes[number] = hash_of(body)
        return number, head + body

    def known(self, octets):
        """The number of a message; its body must be what it was."""
        text = octets.replace(b"\r\n", b"\n")
        head, _, body = text.partition(b"\n\n")
        number = int(re.search(rb"^X-Op: (\d+)", head, re.M)[1])
        assert hash_of(body) == self.hashes[number], f"message {number} has another body: {body[:200]!r}"
        return number


def hash_of(body):
    return hashlib.sha256(body.replace(b"\r\n", b"\n").rstrip(b"\n")).hexdigest()


def deliver(server, message):
    with smtplib.SMTP("127.0.0.1", server.ports["smtp"], local_hostname="client.test", timeout=60) as smtp:
        smtp.sendmail("a@remote.test", [USER], message, mail_options=["BODY=8BITMIME"])


def letters(flags):
    return "".join(sorted(LETTERS[flag] for flag in flags if flag in LETTERS))


def same(first, second, what):
    if first == second:
        return
    missing = {key: (first.get(key), second.get(key)) for key in sorted(set(first) | set(second), key=str) if first.get(key) != second.get(key)} if isinstance(first, dict) else (sorted(first), sorted(second))
    raise AssertionError(f"{what}: {missing}")

"""imaplib against the server: imap_client.py PORT USER PASSWORD. Exits with 0 when every answer was as a client expects it."""
import imaplib
import ssl
import sys
import time

port, user, password = int(sys.argv[1]), sys.argv[2], sys.argv[3]
message = b"From: Py Thon <py@remote.test>\r\nTo: you@remote.test\r\nSubject: python was here\r\nMessage-ID: <py@remote.test>\r\n\r\nbody of python\r\n"
any_certificate = ssl._create_unverified_context()


def ok(answer):
    assert answer[0] == "OK", answer
    return answer[1]


box = imaplib.IMAP4("127.0.0.1", port)
ok(box.starttls(ssl_context=any_certificate))
try:
    box.login(user, "wrong")
    raise AssertionError("a wrong password was accepted")
except imaplib.IMAP4.error as refused:
    assert "AUTHENTICATIONFAILED" in str(refused), refused
ok(box.login(user, password))
assert "UIDPLUS" in box.capabilities and "IDLE" in box.capabilities, box.capabilities

ok(box.create("Python"))
ok(box.create("Kept/below"))
names = b"\n".join(ok(box.list()))
assert b"Python" in names and b"Kept/below" in names and b"INBOX" in names, names
for subject in (b"python was here", b"another"):
    ok(box.append("Python", r"(\Seen)", imaplib.Time2Internaldate(time.time()), message.replace(b"python was here", subject)))
assert ok(box.select("Python")) == [b"2"]

envelope = ok(box.fetch("1", "(ENVELOPE)"))[0]
assert b'"python was here"' in envelope and b'"py" "remote.test"' in envelope and b"<py@remote.test>" in envelope, envelope
structure = ok(box.fetch("1", "(BODYSTRUCTURE RFC822.SIZE)"))[0].lower()
assert b'"text" "plain"' in structure and b"rfc822.size %d" % len(message) in structure, structure
assert ok(box.fetch("1", "(BODY.PEEK[])"))[0][1] == message
assert ok(box.fetch("1", "(BODY.PEEK[TEXT]<5.2>)"))[0][1] == b"of"

assert ok(box.search(None, "SUBJECT", '"python was"')) == [b"1"]
assert ok(box.search(None, "TEXT", "python")) == [b"1 2"]
assert b"\\Flagged" in ok(box.store("1", "+FLAGS", r"(\Flagged)"))[0]
assert ok(box.search(None, "FLAGGED")) == [b"1"]
ok(box.copy("1:2", "Kept/below"))
ok(box.store("1", "+FLAGS", r"(\Deleted)"))
assert ok(box.expunge()) == [b"1"]
assert ok(box.uid("SEARCH", "ALL")) == [b"2"]
assert ok(box.select("Kept/below", readonly=True)) == [b"2"]
assert b"\\Flagged" in ok(box.fetch("1", "(FLAGS)"))[0]
assert b"MESSAGES 1" in ok(box.status("Python", "(MESSAGES UIDNEXT)"))[0]
ok(box.rename("Python", "Renamed"))
ok(box.delete("Renamed"))
ok(box.close())
assert box.logout()[0] == "BYE"

"""imaplib with a shared mailbox: acl_client.py PORT OWNER PASSWORD READER PASSWORD. Exits with 0 when every answer was as a client expects it."""
import imaplib
import sys

port, owner, owners, reader, readers = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4], sys.argv[5]
shared = '"Other Users/%s/Python"' % owner.split("@")[0]
message = b"From: py@remote.test\r\nSubject: python shares\r\n\r\nbody of python\r\n"


def ok(answer):
    assert answer[0] == "OK", answer
    return answer[1]


mine, theirs = imaplib.IMAP4("127.0.0.1", port), imaplib.IMAP4("127.0.0.1", port)
ok(mine.login(owner, owners))
ok(theirs.login(reader, readers))
assert "ACL" in mine.capabilities, mine.capabilities
assert b'"Other Users/"' in ok(mine.namespace())[0]
ok(mine.create("Python"))
ok(mine.append("Python", None, None, message))
assert theirs.select(shared)[0] == "NO"

ok(mine.setacl("Python", reader, "lrs"))
assert b'"%s" lrs' % reader.encode() in ok(mine.getacl("Python"))[0]
assert ok(theirs.myrights(shared))[0].endswith(b" lrs")
assert theirs.getacl(shared)[0] == "NO"
assert shared.encode() in b"\n".join(ok(theirs.list()))
assert ok(theirs.select(shared, readonly=True)) == [b"1"]
assert ok(theirs.fetch("1", "(BODY.PEEK[])"))[0][1] == message
assert theirs.append(shared, None, None, message)[0] == "NO"

ok(mine.setacl("Python", reader, "lrswi"))
assert ok(theirs.select(shared)) == [b"1"]
ok(theirs.store("1", "+FLAGS", r"(\Seen \Flagged)"))
ok(theirs.append(shared, r"(\Seen)", None, message))
ok(mine.select("Python"))
assert ok(mine.search(None, "UNSEEN")) == [b"1 2"]
assert ok(mine.search(None, "FLAGGED")) == [b"1"]

ok(mine.deleteacl("Python", reader))
assert theirs.myrights(shared)[0] == "NO"
mine.logout()

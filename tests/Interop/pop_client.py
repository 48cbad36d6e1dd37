"""poplib against the server: pop_client.py PORT USER PASSWORD, a maildrop with exactly two messages. Exits with 0 when every answer was as a client expects it."""
import poplib
import ssl
import sys

port, user, password = int(sys.argv[1]), sys.argv[2], sys.argv[3]


def login():
    box = poplib.POP3("127.0.0.1", port)
    box.stls(context=ssl._create_unverified_context())
    box.user(user)
    box.pass_(password)
    return box


box = login()
capabilities = box.capa()
assert "UIDL" in capabilities and "TOP" in capabilities, capabilities
count, octets = box.stat()
assert count == 2, count
sizes = [int(line.split()[1]) for line in box.list()[1]]
assert sum(sizes) == octets, (sizes, octets)
uids = [line.split()[1] for line in box.uidl()[1]]
assert len(set(uids)) == 2, uids
assert box.uidl(1).split()[2] == uids[0]
lines, size = box.retr(1)[1:]
assert size == sizes[0] and b"Subject: one" in lines and lines[-1] == b".dot", (lines, size)
top = box.top(2, 1)[1]
assert top[-1] == b"first" and b"second" not in top, top
box.dele(1)
assert box.stat()[0] == 1
box.rset()
assert box.stat()[0] == 2
box.dele(1)
box.quit()

box = login()
assert [line.split()[1] for line in box.uidl()[1]] == uids[1:]
try:
    box.retr(2)
    raise AssertionError("a message that is not there was read")
except poplib.error_proto as refused:
    assert b"-ERR" in refused.args[0], refused
box.quit()

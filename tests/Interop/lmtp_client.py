"""smtplib.LMTP over TCP (a port) or a Unix socket (a path): an answer for each recipient after the data, no relaying."""
import smtplib
import sys

place = sys.argv[1]
here = sys.argv[2:]
client = smtplib.LMTP(place) if place.startswith("/") else smtplib.LMTP("127.0.0.1", int(place))
client.ehlo("gateway.example")
assert "pipelining" in client.esmtp_features, client.esmtp_features
assert "auth" not in client.esmtp_features

refused = client.sendmail("friend@remote.test", here + ["nobody@bcd.com", "x1@xyz.test"], "Subject: by lmtp\r\n\r\nhello\r\n")
assert refused["nobody@bcd.com"][0] == 550, refused
assert refused["x1@xyz.test"][0] == 550, refused
assert len(refused) == 2, refused

# smtplib itself reads the first recipient's answer only
for address in here[1:]:
    assert client.getreply()[0] == 250, address

client.mail("friend@remote.test")
for address in here:
    assert client.rcpt(address)[0] == 250
code, text = client.docmd("DATA")
assert code == 354, text
client.send("Subject: again\r\n\r\nhello\r\n.\r\n")
for address in here:
    code, text = client.getreply()
    assert code == 250, (address, text)
assert client.noop()[0] == 250
client.quit()

"""eightbit.py send SUBMISSION_PORT LOGIN PASSWORD: submits a message of 8 bits in all kinds of parts. eightbit.py read FILE: fails unless the email package finds the same in it, in 7 bits."""
import email, email.policy, smtplib, ssl, sys

TEXT = "Grüße aus Köln = schön \r\n.dot\r\n" + "ä" * 1500 + "\r\nlast"
BLOB = bytes(range(256)) * 20
MESSAGE = b"\r\n".join([
    b"From: bob@bcd.com", b"To: x@xyz.test", b"Subject: eight", b"MIME-Version: 1.0", b'Content-Type: multipart/mixed; boundary="--=out"', b"Content-Transfer-Encoding: 8bit", b"",
    "Präambel".encode(), b"----=out", b"Content-Type: text/plain; charset=utf-8", b"Content-Transfer-Encoding: 8bit", b"", TEXT.encode(),
    b"----=out", b"Content-Type: message/rfc822", b"Content-Transfer-Encoding: 8bit", b"", b"Subject: inner", b"MIME-Version: 1.0", b"Content-Type: text/html; charset=iso-8859-1", b"Content-Transfer-Encoding: 8bit", b"",
    "<p>grün</p>".encode("latin-1"), b"----=out", b'Content-Type: application/x; name="a.bin"', b"Content-Transfer-Encoding: 8bit", b"", BLOB.replace(b"\r", b"x").replace(b"\n", b"y").replace(b"\0", b"z"),
    b"----=out--", b""])

if sys.argv[1] == "send":
    with smtplib.SMTP("127.0.0.1", int(sys.argv[2]), local_hostname="laptop") as server:
        server.starttls(context=ssl._create_unverified_context())
        server.login(sys.argv[3], sys.argv[4])
        server.sendmail(sys.argv[3], ["x@xyz.test"], MESSAGE, ["BODY=8BITMIME"])
else:
    octets = open(sys.argv[2], "rb").read()
    assert octets.isascii() and max(map(len, octets.split(b"\r\n"))) <= 78, "lines"
    message = email.message_from_bytes(octets, policy=email.policy.default)
    assert not [d for part in message.walk() for d in part.defects], [d for part in message.walk() for d in part.defects]
    text, inner, blob = message.iter_parts()
    assert text.get_content().splitlines() == TEXT.splitlines(), text.get_content()
    assert inner.get_content()["Subject"] == "inner" and inner.get_content().get_content().strip() == "<p>grün</p>"
    assert blob.get_content() == BLOB.replace(b"\r", b"x").replace(b"\n", b"y").replace(b"\0", b"z")
    print([part["Content-Transfer-Encoding"] for part in message.walk()])

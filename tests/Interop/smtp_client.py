"""smtplib against the server: smtp_client.py PORT USER PASSWORD RECIPIENT. Exits with 0 when every answer was as a client expects it."""
import smtplib
import ssl
import sys
from email.message import EmailMessage

port, user, password, recipient = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]


def connect():
    server = smtplib.SMTP("127.0.0.1", port, local_hostname="laptop")
    server.starttls(context=ssl._create_unverified_context())
    server.ehlo()
    return server


with connect() as server:
    assert server.has_extn("auth") and server.has_extn("size") and server.has_extn("8bitmime"), server.esmtp_features
    try:
        server.login(user, "wrong")
        raise AssertionError("a wrong password was accepted")
    except smtplib.SMTPAuthenticationError as refused:
        assert refused.smtp_code == 535, refused

with connect() as server:
    server.login(user, password)
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = user, recipient, "smtplib was here: grüße"
    message.set_content("text\n.dot\n" + "ä" * 200 + "\n")
    message.add_attachment(bytes(range(256)) * 1000, maintype="application", subtype="octet-stream", filename="all.bin")
    assert server.send_message(message) == {}
    # one good, one bad: the bad is told, the good is sent
    refused = server.sendmail(user, [recipient, "nobody@bcd.com"], "Subject: two\r\n\r\nto one of two\r\n")
    assert list(refused) == ["nobody@bcd.com"] and refused["nobody@bcd.com"][0] == 550, refused
    assert server.noop()[0] == 250
    try:
        server.sendmail("carol@cde.com", [recipient], "Subject: not mine\r\n\r\n")
        raise AssertionError("another's address was accepted as sender")
    except smtplib.SMTPSenderRefused as refused:
        assert refused.smtp_code == 553, refused

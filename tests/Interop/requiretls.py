"""requiretls.py SINK_PORT CERT KEY SUBMISSION_PORT LOGIN PASSWORD OFFERS

A server that shows CERT and under TLS offers OFFERS; and a client that submits one message with REQUIRETLS (RFC 8689) for x1@xyz.test. Prints what MAIL the server heard, or "nothing".
"""
import smtplib, socket, ssl, sys, threading

sink_port, cert, key, submission, login, password, offers = sys.argv[1:]
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain(cert, key)
listener = socket.create_server(("127.0.0.1", int(sink_port)))
listener.settimeout(20)
heard = []


def serve():
    connection, _ = listener.accept()
    file = connection.makefile("rwb", buffering=0)
    file.write(b"220 sink ready\r\n")
    protected = False
    while line := file.readline():
        verb = line[:4].upper()
        if verb == b"STAR":
            file.write(b"220 go\r\n")
            connection = tls.wrap_socket(connection, server_side=True)
            file = connection.makefile("rwb", buffering=0)
            protected = True
        elif verb == b"EHLO":
            words = offers.split(",") if protected else ["STARTTLS"]
            file.write(b"".join(b"250-%s\r\n" % word.encode() for word in ["sink", *words]) + b"250 HELP\r\n")
        elif verb == b"DATA":
            file.write(b"354 go\r\n")
            while file.readline() != b".\r\n":
                pass
            file.write(b"250 2.0.0 taken\r\n")
            return
        else:
            if verb == b"MAIL":
                heard.append(("TLS " if protected else "plain ") + line.decode().strip())
            file.write(b"250 fine\r\n" if verb != b"QUIT" else b"221 bye\r\n")


thread = threading.Thread(target=lambda: [serve()], daemon=True)
thread.start()
client = smtplib.SMTP("127.0.0.1", int(submission))
client.starttls()
client.login(login, password)
client.ehlo()
assert client.has_extn("requiretls"), client.esmtp_features
assert client.mail(login, ["REQUIRETLS"])[0] == 250
assert client.rcpt("x1@xyz.test")[0] == 250
assert client.data(f"From: {login}\r\nSubject: secret\r\n\r\nText.\r\n")[0] == 250
client.quit()
thread.join(20)
print("\n".join(heard) or "nothing")

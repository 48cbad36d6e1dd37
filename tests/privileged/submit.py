"""Submits messages as several users over loopback, each to an IPv4-only and an IPv6-only destination: submit.py PORT MESSAGES. Subjects say who, where and which."""
import smtplib
import sys
import threading

port, count = int(sys.argv[1]), int(sys.argv[2])
users = [("alice@bcd.com", "alice-bcd-secret"), ("bob@bcd.com", "bob-bcd-secret"), ("carol@cde.com", "carol-cde-secret"), ("admin@abc.com", "admin-abc-secret")]
failures = []


def send(user, password):
    try:
        with smtplib.SMTP("127.0.0.1", port, local_hostname="client.test", timeout=60) as smtp:
            smtp.login(user, password)
            for number in range(count // (2 * len(users))):
                for family in ("v4", "v6"):
                    smtp.sendmail(user, [f"x@{family}.test"], f"From: {user}\r\nSubject: {user}-{family}-{number}\r\n\r\nText.\r\n")
    except Exception as failure:
        failures.append(f"{user}: {failure!r}")


threads = [threading.Thread(target=send, args=user) for user in users]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
if failures:
    sys.exit("submission failed: " + "; ".join(failures))

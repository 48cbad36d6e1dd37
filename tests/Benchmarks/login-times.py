#!/usr/bin/env python3
"""How long a refusal takes for an unknown user and for a wrong password: medians over 200 tries each, in turn, by protocol. Needs a server with limits.loginDelay 0s.
usage: login-times.py SUBMISSION IMAP POP3 (ports on 127.0.0.1; the example directory)"""
import base64, socket, statistics, sys, time

PORTS = dict(zip(("SMTP AUTH", "IMAP", "POP3"), map(int, sys.argv[1:4])))


def ask(kind, login, password):
    with socket.create_connection(("127.0.0.1", PORTS[kind])) as connection, connection.makefile("rb") as file:
        file.readline()
        if kind == "SMTP AUTH":
            connection.sendall(b"EHLO pc\r\n")
            while file.readline()[3:4] == b"-":
                pass
            command = b"AUTH PLAIN " + base64.b64encode(f"\0{login}\0{password}".encode())
        elif kind == "IMAP":
            command = f"a LOGIN {login} {password}".encode()
        else:
            connection.sendall(f"USER {login}\r\n".encode())
            file.readline()
            command = f"PASS {password}".encode()
        start = time.perf_counter()
        connection.sendall(command + b"\r\n")
        answer = file.readline()
        return (time.perf_counter() - start) * 1000, answer


for kind in PORTS:
    times, answers = {"unknown user": [], "wrong password": []}, set()
    for i in range(200):
        for what, login in (("unknown user", f"nobody{i}@bcd.com"), ("wrong password", "alice@bcd.com")):
            spent, answer = ask(kind, login, f"wrong{i}")
            times[what].append(spent)
            answers.add(answer)
    assert len(answers) == 1, answers
    print(f"{kind:10}" + "   ".join(f"{what}: median {statistics.median(spent):7.2f} ms" for what, spent in times.items()))

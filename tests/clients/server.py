"""The built server as a process of its own on free ports, with ldif/example.ldif, to be killed and started again on the same data."""
import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading

PROGRAM = os.environ.get("DIRMAIL", "src/DirMail/bin/Release/publish/DirMail")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    def __init__(self, folder=None, **settings):
        self.folder = folder or tempfile.mkdtemp(prefix="dirmail-server-")
        self.settings = os.path.join(self.folder, "dirmail.json")
        self.ports = {name: free_port() for name in ("smtp", "submission", "submissions", "pop3", "pop3s", "imap", "imaps", "lmtp", "ldap")}
        listen = {name: port for name, port in self.ports.items() if name != "ldap"}
        with open(self.settings, "w", encoding="utf-8") as file:
            json.dump({"dataFolder": "data", "listen": listen, "embeddedDirectory": {"listen": f"127.0.0.1:{self.ports['ldap']}"}, "dns": {"servers": ["none"]},
                       "log": {"level": "error"}, **settings}, file)
        self.log = open(os.path.join(self.folder, "log"), "ab")

    def start(self):
        self.process = subprocess.Popen([PROGRAM, "serve", "--example", "--settings", self.settings], stdout=subprocess.PIPE, stderr=self.log)
        for line in self.process.stdout:
            if b" serves " in line:
                threading.Thread(target=self.process.stdout.read, daemon=True).start()
                return
        raise SystemExit(f"the server did not start: see {self.folder}/log")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def verb(self, *words):
        return subprocess.run([PROGRAM, *words, "--settings", self.settings], capture_output=True, text=True)

    def remove(self):
        self.log.close()
        shutil.rmtree(self.folder)

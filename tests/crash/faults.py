"""What others do to a server: a name server that is silent, a disk that is full, a receiver that wants everything later."""
import os
import random
import socket
import subprocess
import threading
import time


class NameServer:
    """Knows one address for every name, for a second; silent for up to three seconds at a time."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.asked = self.unanswered = 0
        self.is_silent = self.is_over = False
        threading.Thread(target=self.serve, daemon=True).start()
        threading.Thread(target=self.change, daemon=True).start()

    def change(self):
        while not self.is_over:
            time.sleep(random.uniform(0.5, 3))
            self.is_silent = not self.is_silent and not self.is_over

    def serve(self):
        while True:
            question, client = self.socket.recvfrom(4096)
            self.asked += 1
            if self.is_silent:
                self.unanswered += 1
            else:
                self.socket.sendto(self.answer(question), client)

    @staticmethod
    def answer(question):
        end = 12
        while question[end]:
            end += question[end] + 1
        end += 5
        is_address = question[end - 4:end - 2] == b"\x00\x01"
        head = question[:2] + b"\x85\x80\x00\x01" + (b"\x00\x01" if is_address else b"\x00\x00") + b"\x00\x00\x00\x00"
        record = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x01\x00\x04" + socket.inet_aton("127.0.0.1")
        return head + question[12:end] + (record if is_address else b"")

    def end(self):
        self.is_over, self.is_silent = True, False


class Disk:
    """A small file system in memory that can be made as small as what it holds. What is written there outlives the process, and that is all that SIGKILL asks for."""

    SIZE = 4 << 30

    def __init__(self, folder):
        self.folder = folder
        self.times = []
        os.makedirs(folder)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self.SIZE}", "tmpfs", folder], capture_output=True, text=True)
        if mounted.returncode != 0:
            raise SystemExit(f"crash: the fault disk needs the right to mount a file system ({mounted.stderr.strip()}); leave it out with --faults receiver,dns,hour")

    def fill(self):
        """No block is left."""
        self.times.append([time.time(), float("inf")])
        for _ in range(100):
            has = os.statvfs(self.folder)
            # it is refused when more was written meanwhile
            if self.resize((has.f_blocks - has.f_bfree) * has.f_frsize):
                return
        raise SystemExit(f"crash: {self.folder} could not be filled")

    def empty(self):
        if self.times and self.times[-1][1] == float("inf"):
            self.resize(self.SIZE)
            self.times[-1][1] = time.time()

    def resize(self, octets):
        return subprocess.run(["mount", "-o", f"remount,size={octets}", self.folder], capture_output=True).returncode == 0

    def was_full(self, begin, end):
        return any(first <= end and last >= begin for first, last in self.times)

    def unmount(self):
        subprocess.run(["umount", "-l", self.folder], check=True)


class Hour:
    """A minute that stands for an hour."""
    SECONDS = 60

    def __init__(self, sink):
        self.sink = sink
        self.ends = None

    def begin(self):
        self.sink.answers_later, self.ends = True, time.monotonic() + self.SECONDS

    def look(self):
        if self.ends is not None and time.monotonic() >= self.ends:
            self.sink.answers_later = False

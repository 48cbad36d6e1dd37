"""What was acknowledged, and what became of it."""
import collections

from relay import LOCAL

# from the receiver's answer until the server's commit that notes it, on a busy machine
UNNOTED = 10


class Ledger:
    """Senders write into it, each from a thread of its own."""

    def __init__(self):
        self.messages, self.refused = [], 0

    def acknowledge(self, name, id, recipients):
        """The server has taken it, under that id."""
        self.messages.append((name, id, recipients))

    def fates(self, sink, queued, in_mailbox):
        """Of each recipient: (fate, how often it arrived, id, recipient, name); delivered, waiting or lost. The queue was looked at before the others: what left it meanwhile is delivered."""
        for name, id, recipients in self.messages:
            for to in recipients:
                times = in_mailbox.get(name, 0) if to == LOCAL[0] else len(sink.taken.get((name, to), ()))
                yield "delivered" if times else "waiting" if (id, to) in queued else "lost", times, id, to, name


class Doubles:
    """Deliveries that came again, by cause. The only good ones: the receiver did not answer what it took, or the server was killed before it had noted the answer; a full disk may keep it from that."""

    NO_ANSWER, KILLED, FULL = "the receiver gave no answer", "killed before the answer was noted", "killed while a full disk kept the answer from being noted"

    def __init__(self, sink, deaths, disk):
        self.deaths, self.disk = deaths, disk
        self.causes, self.unexplained = collections.Counter(), []
        self.longest = 0
        for message, times in sink.taken.items():
            for first, second in zip(times, times[1:]):
                if why := self.cause(first, second):
                    self.causes[why] += 1
                else:
                    self.unexplained.append((message, times))

    def cause(self, first, second):
        if not first.is_heard:
            return self.NO_ANSWER
        # The first death after a connection began was its sender's. Without one the same process sent both. A receiver that stalled may take last what was sent first.
        death = next((death for death in self.deaths if min(first.since, second.since) <= death <= second.time), None)
        if death is None:
            return ""
        if self.disk and self.disk.was_full(first.time, death):
            return self.FULL
        if death - first.time > UNNOTED:
            return ""
        self.longest = max(self.longest, death - first.time)
        return self.KILLED

    def __str__(self):
        told = [f"{why} {count} (longest {self.longest:.1f} s after)" if why == self.KILLED else f"{why} {count}" for why, count in self.causes.items()]
        return f"{self.causes.total() + len(self.unexplained)} doubled: {', '.join([*told, f'unexplained {len(self.unexplained)}'])}"

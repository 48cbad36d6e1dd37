"""What was acknowledged, and what became of it."""
import collections

from relay import LOCAL

# from the receiver's answer until the server's commit that notes it, on a busy machine; with a failing disk a message rests for 30 s before it is tried again
UNNOTED, RESTS = 10, 40


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
    """Deliveries that came again, by cause. The only good ones: the receiver did not answer what it took, or its answer was not noted, since the server was killed or its disk was full."""

    NO_ANSWER, KILLED, FULL = "the receiver gave no answer", "killed before the answer was noted", "disk full before the answer was noted"

    def __init__(self, sink, deaths, disk):
        self.deaths, self.disk = deaths, disk
        self.causes, self.unexplained = collections.Counter(), []
        self.longest = 0
        for message, times in sink.taken.items():
            for first, second in zip(times, times[1:]):
                if why := self.cause(first, second):
                    self.causes[why] += 1
                else:
                    self.unexplained.append((message, [(one.time, one.is_heard) for one in times]))

    def cause(self, first, second):
        if not first.is_heard:
            return self.NO_ANSWER
        unnoted = [death - first.time for death in self.deaths if first.time <= death <= second.time and death - first.time <= UNNOTED]
        if self.disk and self.disk.was_full(first.time - UNNOTED, first.time + RESTS):
            return self.FULL
        self.longest = max([self.longest, *unnoted[:1]])
        return self.KILLED if unnoted else ""

    def __str__(self):
        told = [f"{why} {count} (longest {self.longest:.1f} s after)" if why == self.KILLED else f"{why} {count}" for why, count in self.causes.items()]
        return f"{self.causes.total() + len(self.unexplained)} doubled: {', '.join([*told, f'unexplained {len(self.unexplained)}'])}"

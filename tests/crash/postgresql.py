"""postgresql.py - the server that holds the ledger dies, ends, goes away for long or stands still,
while letters come in.

Each time it comes back, and everything has to come right by itself. These experiments are alone:
the server is everybody's.

SPDX-License-Identifier: EUPL-1.2
"""

import signal
import time

import faults
import server
from faults import Case
from laboratory import kill_tree, wait_for_end, wait_until

ROUNDS = 12
LONG_S = 15   # more than a program waits to learn what became of a commit
STILL_S = 12  # more than the server lets a writer stand still


class Conversation(Case):
    """An instance at work; each round disturbs its server."""

    def __init__(self, folder, name, dice, environment=None):
        super().__init__(folder, name, dice, environment)
        self.count = 0
        self.process = self.instance.start()

    def work_a_while(self, most_s=1.2):
        self.give(self.dice.randint(1, 5))
        time.sleep(self.dice.uniform(0, most_s))

    def came_back(self):
        """The supervisor lives through all of it, whatever its programs do."""
        self.count += 1
        if self.process.poll() is not None:
            self.fault(f"run ended with {self.process.returncode} in round {self.count}:\n"
                       f"{self.instance.last_words(6)}")
            self.process = self.instance.start()

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        if wait_for_end(self.process, 60) is None:
            self.fault("run did not end within a minute of SIGTERM")
            kill_tree(self.process)
        self.drain()
        self.account.check()
        return self


def killed(folder, dice):
    """All processes of the server at once, in the middle of work; in every third round all programs
    of the instance with them, as when one machine goes down that holds both."""
    talk = Conversation(folder, "killed", dice)
    for number in range(ROUNDS):
        talk.work_a_while()
        if number % 3 == 2:
            kill_tree(talk.process)
        server.kill()
        time.sleep(dice.uniform(0, 2))
        server.start()
        if number % 3 == 2:
            talk.process = talk.instance.start()
        talk.came_back()
    return talk.end()


def conversation_killed(folder, dice):
    """One process of the server: it ends all others without a word, and recovers."""
    talk = Conversation(folder, "conversation", dice)
    for _ in range(ROUNDS):
        talk.work_a_while()
        done = server.kill_conversation(talk.instance.schema, dice)
        wait_until("the server answers", server_answers, 60)
        if done:
            talk.came_back()
    return talk.end()


def ended(folder, dice):
    """In order, as for an upgrade."""
    talk = Conversation(folder, "ended", dice)
    for _ in range(ROUNDS // 2):
        talk.work_a_while()
        server.stop()
        talk.work_a_while(3)
        server.start()
        talk.came_back()
    return talk.end()


def away(folder, dice):
    """For longer than a program waits to hear what became of its commit."""
    talk = Conversation(folder, "away", dice)
    for _ in range(2):
        talk.work_a_while()
        server.kill()
        time.sleep(LONG_S)
        server.start()
        talk.came_back()
    return talk.end()


def stood_still(folder, dice):
    """It answers nobody, but no connection is lost; leases end meanwhile."""
    talk = Conversation(folder, "still", dice)
    for _ in range(2):
        talk.work_a_while()
        server.tell_all(signal.SIGSTOP)
        time.sleep(STILL_S)
        server.tell_all(signal.SIGCONT)
        talk.came_back()
    return talk.end()


def server_answers():
    try:
        return server.sql("SELECT 1") == "1"
    except server.subprocess.CalledProcessError:
        return False


EXPERIMENTS = {
    "PostgreSQL killed in mid-work": killed,
    "PostgreSQL, one conversation killed": conversation_killed,
    "PostgreSQL stopped and started": ended,
    "PostgreSQL away for long": away,
    "PostgreSQL stands still": stood_still,
}
SHORT = ("PostgreSQL killed in mid-work",)
# Of the others, what needs a ledger that is a file here.
FILE_FAULTS = ("EIO from fdatasync in intake", "EIO from fdatasync in dispatch", "ledger full",
               "ledger's reserve", "ledger read-only", "a bit flips in the ledger")


def paused_intake(folder, dice):
    """Stopped for longer than the server lets a writer stand still: others go on, and it wakes up
    to a transaction that is gone."""
    return faults.paused(folder, dice, program="intake", seconds=STILL_S)


EXPERIMENTS["intake stopped in mid-work"] = paused_intake


def unit(name, folder, dice):
    """As faults.unit()."""
    return faults.conclude(name, EXPERIMENTS[name](folder, dice))

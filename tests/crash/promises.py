"""promises.py - the table of promises: what each one survived, and whether breaking it was noticed.

SPDX-License-Identifier: EUPL-1.2
"""

import mutations
from laboratory import say

# number, promise, beginnings of the rows that put it to the test
PROMISES = [
    (1, "no accepted scan is lost", ("power cuts", "SIGKILL", "ledger older", "PostgreSQL")),
    (3, "filed once in effect", ("SIGKILL", "line", "filer stopped", "PostgreSQL")),
    (4, "no limbo", ("power cuts", "SIGKILL", "ENOSPC", "PostgreSQL")),
    (5, "dead or hung workers only delay", ("reader stopped", "dispatcher stopped", "line",
                                            "SIGKILL in reader")),
    (6, "a late answer changes nothing", ("reader stopped", "filer stopped", "intake stopped",
                                         "line cut past")),
    (10, "full, without inodes, read-only", ("ENOSPC", "spool", "ledger full", "ledger read-only",
                                             "ledger's reserve", "cabinet")),
    (11, "a failed fsync is final", ("EIO",)),
    (13, "damage at rest is found", ("a bit flips",)),
    (14, "state and audit change together", ("SIGKILL", "power cuts")),
    (23, "backup and restore", ("backup", "ledger older")),
    (28, "orderly stop", ("orderly stop",)),
]


def show(table, tried):
    """`tried`: the results of mutations."""
    about = {row[0]: row[1] for row in mutations.ALL}
    say(f"\n{'promise':46} {'faults survived':>16}   mutations caught")
    for number, words, begins in PROMISES:
        mine = [result for result in tried
                if about[result.name.removeprefix(mutations.PREFIX)] == number]
        caught = sum(result.is_even for result in mine)
        said = f"{caught} of {len(mine)}" if mine else "-"
        say(f"{number:4} {words:41} {table.survived(begins):16}   {said}")

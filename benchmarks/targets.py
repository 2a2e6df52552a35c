"""What is aimed at, and what others reach on the same corpus.

The peers' figures were measured in November 2026 on a 2-core virtual machine with Python 3.11, SQLite 3.40 and
PostgreSQL 15, fsync on: django-helpdesk 2.6.1 (the better of SQLite and PostgreSQL) and Request Tracker 5
(PostgreSQL). The machine was busy: compare ratios.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """One line of the table. `least` means that more is better."""

    title: str
    goal: float
    unit: str
    least: bool = False
    helpdesk: str = "-"
    tracker: str = "-"


TARGETS = {
    "W1-single": Target("mails taken in, one commit each", 150, "/s", least=True, helpdesk="28-34/s", tracker="0.9/s"),
    "W1-bulk-sqlite": Target("mails taken in, in bulk", 400, "/s", least=True, helpdesk="28/s"),
    "W1-bulk-postgres": Target("mails taken in, in bulk", 300, "/s", least=True, helpdesk="34/s", tracker="0.9/s"),
    "W2-page": Target("inbox page of 50, CPU", 8, "ms", helpdesk="1,068 ms", tracker="1,238 ms"),
    "W2-fragment": Target("next 50 rows of the inbox, CPU", 4, "ms"),
    "W3": Target("ticket of 20 messages", 12, "ms", helpdesk="157 ms", tracker="2,084 ms"),
    "W4": Target("reply (POST)", 12, "ms", helpdesk="34 ms", tracker="381 ms"),
    "W5-rare": Target("search, rare word", 8, "ms", helpdesk="657 ms", tracker="264 ms"),
    "W5-common": Target("search, common word, newest first", 12, "ms", helpdesk="2,740 ms", tracker="3,132 ms"),
    "W7-memory": Target("idle memory (PSS), all processes", 160, "MB", helpdesk="269 MB", tracker="312 MB"),
    "W7-start": Target("start, database ready", 2.5, "s", helpdesk="3.7 s", tracker="2.9 s"),
    "W8-2000": Target("one change on 2,000 open pages", 120, "ms", helpdesk="1,800 ms (Channels)"),
    "W8-10000": Target("one change on 10,000 open pages", 600, "ms", helpdesk="7,674 of 10,000 opened"),
    "W8-memory": Target("memory of one open page", 30, "kB"),
    "W8-screen": Target("change to screen, p95", 300, "ms"),
    "O1-card": Target("order card beside a ticket", 15, "ms"),
    "O1-ticket": Target("ticket of 20 messages with an order card", 20, "ms"),
    "O2-import": Target("orders brought in from a CSV file", 1_000, "/s", least=True),
    "O2-memory": Target("peak memory of that process", 200, "MB"),
    "O3-email": Target("orders by e-mail address", 10, "ms"),
    "O3-phone": Target("orders by phone number", 10, "ms"),
    "O3-tax": Target("orders by tax id", 10, "ms"),
    "O3-number": Target("order by its number", 10, "ms"),
    "O3-tracking": Target("order by a parcel's code", 10, "ms"),
    "P1-idle": Target("scan of timers, nothing due", 2, "ms"),
    "P1-firing": Target("one timer that is due, told", 20, "ms"),
    "P2-board": Target("stage board", 60, "ms"),
    "P3-owed": Target("what a department owes, 50 of it", 30, "ms"),
}

# How much dearer a million tickets may be than a hundred thousand, and a million orders than ten thousand.
RATIOS = {"W2-page": 1.2, "W2-fragment": 1.2, "W5-rare": 2.0, "W5-common": 2.0}
RATIOS |= dict.fromkeys((key for key in TARGETS if key.startswith(("O1", "O3", "P"))), 1.5)

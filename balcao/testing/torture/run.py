"""Run the mill against a real SMTP server and a shop system, and compare what happened there with what is here."""

import json
import os
import random
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import compat32
from pathlib import Path
from typing import Any

from balcao.testing.receivers import receiver
from balcao.testing.servers import smtp
from balcao.testing.torture import clocks, matters
from balcao.testing.torture.till import Till, till


@dataclass(frozen=True, slots=True)
class Report:
    """What came of it; every list of faults must be empty."""

    rounds: int
    deaths: dict[str, int]
    mails: int
    answers: dict[str, int]  # by state
    refunds: dict[str, int]  # by state
    breaches: int  # of promises, told once each
    lost: list[str]
    doubled: list[str]
    unacknowledged: list[str]
    sent_twice: list[str]
    sent_but_not_there: list[str]
    left_open: list[str]
    paid_twice: list[str]
    paid_unlike_told: list[str]
    strange: list[str]
    webhooks: dict[str, int]  # by state
    heard_again: int  # webhooks that arrived once more, under their old id

    @property
    def faults(self) -> list[str]:
        """Return every fault as a line."""
        kinds = (
            "lost", "doubled", "unacknowledged", "sent_twice", "sent_but_not_there", "left_open", "paid_twice",
            "paid_unlike_told", "strange",
        )  # fmt: skip
        return [f"{kind}: {fault}" for kind in kinds for fault in getattr(self, kind)]


def torture(*, database: str, folder: Path, rounds: int, seed: int) -> Report:
    """Kill workers in so many rounds on an empty database; `folder` holds their files."""
    with smtp() as sink, till(seed) as (known, address), receiver(unkind=random.Random(seed)) as erp:
        found = _grind(database, folder, rounds, seed, (str(sink.port), address, erp.address))
        arrived = Counter(_message_id(mail.raw) for mail in sink.received)
        heard = Counter(erp.ids)
    return _compare(found, arrived, known, heard, rounds)


def _grind(database: str, folder: Path, rounds: int, seed: int, others: tuple[str, str, str]) -> dict[str, Any]:
    environment = {
        **os.environ,
        "DATABASE_URL": database,
        "BALCAO_DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "balcao.project.settings",
        "BALCAO_LOG_LEVEL": "error",
        "BALCAO_WEBHOOKS_TO_PRIVATE": "1",
    }
    command = [sys.executable, "-m", "balcao.testing.torture.mill", str(rounds), str(seed), *others]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"The mill stopped (seed {seed}):\n{done.stderr[-4000:]}")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def _message_id(raw: bytes) -> str:
    return str(message_from_bytes(raw, policy=compat32)["Message-ID"]).strip().strip("<>")


def _compare(found: dict[str, Any], arrived: Counter[str], known: Till, heard: Counter[str], rounds: int) -> Report:
    messages, answers = found["messages"], found["answers"]
    open_states = {"queued", "sending", "handing_over"}
    ledger, paid = found["ledger"], known.paid
    still_open = {"asked", "queued", "performing", "uncertain"}
    return Report(
        rounds=rounds,
        deaths=found["deaths"],
        mails=len(found["sent"]),
        answers=dict(Counter(answers.values())),
        refunds=dict(Counter(ledger.values())),
        lost=[mail for mail in found["sent"] if mail not in messages]
        + [key for key in found["refunds"] if key not in ledger],
        doubled=[mail for mail, count in messages.items() if count > 1],
        unacknowledged=found["waiting"],
        sent_twice=[answer for answer, count in arrived.items() if count > 1],
        sent_but_not_there=[answer for answer, state in answers.items() if state == "sent" and not arrived[answer]],
        left_open=[f"{answer} {state}" for answer, state in answers.items() if state in open_states]
        + [f"{key} {state}" for key, state in ledger.items() if state in still_open],
        paid_twice=[key for key, count in paid.items() if count > 1],
        paid_unlike_told=[key for key, state in ledger.items() if (state == "done") != bool(paid[key])],
        strange=_strange(found, arrived)
        + _strange_orders(found, known)
        + _strange_webhooks(found, heard)
        + clocks.strange(found["clocks"])
        + matters.strange(found["matters"]),
        breaches=found["clocks"]["breached"],
        webhooks=dict(Counter(found["webhooks"].values())),
        heard_again=sum(count - 1 for count in heard.values()),
    )


def _strange(found: dict[str, Any], arrived: Counter[str]) -> list[str]:
    answers = found["answers"]
    said = [
        (found["broken_link"] is not None, f"the journal's chain breaks at {found['broken_link']}"),
        (found["unsealed"], "entries were left unsealed"),
        (found["unshown"], f"{found['unshown']} answers that failed are not shown on their tickets"),
        (set(found["told"]) - {"1"}, f"messages told in the journal other than once: {found['told']}"),
        (set(found["envelopes"]) - {"done"}, f"envelopes that are not done: {found['envelopes']}"),
        (arrived.keys() - answers.keys(), f"mails that nobody wrote: {sorted(arrived.keys() - answers.keys())}"),
        (
            [a for a, state in answers.items() if state == "failed" and arrived[a]],
            "answers that count as failed have arrived",
        ),
    ]
    return [words for is_so, words in said if is_so]


def _strange_orders(found: dict[str, Any], known: Till) -> list[str]:
    """Return where our copies differ from the shop system, and what it did that nobody asked for."""
    copies = {ref: sum(back) for ref, back in found["copies"].items()}
    there = {ref: sum(known.order(ref)["back"]) for ref in known.changed}
    unasked = sorted(known.paid.keys() - found["ledger"].keys())
    said = [
        (copies != there, f"our copies differ: {copies} {there}"),
        (unasked, f"refunds nobody asked for: {unasked}"),
    ]
    return [words for is_so, words in said if is_so]


def _strange_webhooks(found: dict[str, Any], heard: Counter[str]) -> list[str]:
    """Return what the other side did not hear of, or heard of without cause; hearing it again is allowed."""
    webhooks = found["webhooks"]
    silent = sorted(key for key, state in webhooks.items() if state == "arrived" and not heard[key])
    said = [
        (found["events"], f"events that were not told once: {found['events']}"),
        (set(webhooks.values()) - {"arrived"}, f"webhooks that did not arrive: {Counter(webhooks.values())}"),
        (silent, f"webhooks that count as arrived and did not: {silent}"),
        (heard.keys() - webhooks.keys(), f"webhooks that nobody made: {sorted(heard.keys() - webhooks.keys())}"),
    ]
    return [words for is_so, words in said if is_so]

"""The mill: a warm parent that forks one worker a round and lets it be killed.

Started as a process of its own (`python -m balcao.testing.torture.mill ROUNDS SEED SMTP_PORT`) on the database and data
directory of its environment; prints what it did and what the database holds at the end as one JSON object.
"""

import json
import os
import random
import select
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

LEASES = timedelta(seconds=200)  # longer than any lease: the next worker finds what the dead one held
MAILS_A_ROUND = 2
ANSWERS_A_ROUND = 2
DRAINING_ROUNDS = 4  # without a death, at the end
_SLOWEST = 60.0  # seconds


@dataclass
class Mill:
    """What the outside world knows: the mails it sent, those that were acknowledged, and what time it is."""

    chance: random.Random
    offset: timedelta = timedelta(0)
    sent: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)  # not acknowledged: its sender will try again
    deaths: Counter[str] = field(default_factory=Counter)
    pace: float = 0.1  # seconds that a round takes when nobody dies

    def now(self) -> datetime:
        """Return the time in this world, which runs ahead at the end of each round."""
        return datetime.now(UTC) + self.offset

    def round(self, number: int) -> None:
        """Let new mails come, and kill the worker that takes them in and answers."""
        for position in range(MAILS_A_ROUND):
            self.sent.append(f"r{number}m{position}.{self.chance.getrandbits(32):08x}@ana.example")
            self.waiting.append(self.sent[-1])
        how = self.chance.choice(["step", "step", "instant"])
        if how == "step":
            self._die_at_a_step()
        else:
            self._die_at_an_instant()

    def _die_at_a_step(self) -> None:
        from balcao.pipeline import steps

        step, hit = self.chance.choice(steps.STEPS), self.chance.randint(1, 3)
        died = self._fork(lambda: steps.arm(step, hit=hit), after=None)
        self.deaths[step if died else "none"] += 1

    def _die_at_an_instant(self) -> None:
        died = self._fork(lambda: None, after=self.chance.uniform(0, self.pace * 1.1))
        self.deaths["instant" if died else "none"] += 1

    def warm_up(self) -> None:
        """Do a round here, so that all is loaded before the forks, and leave no connection that they would share."""
        from django.db import connections

        self.sent, self.waiting = ["first@ana.example"], ["first@ana.example"]
        work(self, acknowledge=self.waiting.remove)
        for connection in connections.all(initialized_only=True):
            connection.close()
            getattr(connection, "close_pool", lambda: None)()

    def drain(self) -> None:
        """Let one worker live to the end of its round."""
        began = time.monotonic()
        if self._fork(lambda: None, after=None):
            raise SystemExit("A worker that nobody killed died.")
        self.pace = 0.7 * self.pace + 0.3 * (time.monotonic() - began)

    def _fork(self, prepare: Callable[[], None], *, after: float | None) -> bool:
        """Run a worker; kill it after so many seconds; return whether it died before it was done."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            _live(lambda: work(self, acknowledge=lambda mail: _say(writing, mail)), prepare)
        os.close(writing)
        if after is not None:
            self._kill_later(child, after)
        acknowledged = _hear(reading)
        os.close(reading)
        _, status = os.waitpid(child, 0)
        self.waiting = [mail for mail in self.waiting if mail not in acknowledged]
        self.offset += LEASES
        if os.WIFSIGNALED(status):
            return True
        if os.WEXITSTATUS(status):
            raise SystemExit("A worker failed; see above.")
        return False

    @staticmethod
    def _kill_later(child: int, after: float) -> None:
        until = time.monotonic() + after
        watch = os.pidfd_open(child)
        select.select([watch], [], [], max(until - time.monotonic(), 0))
        os.close(watch)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


def _say(pipe: int, mail: str) -> None:
    os.write(pipe, mail.encode() + b"\n")


def _hear(pipe: int) -> set[str]:
    heard = b""
    until = time.monotonic() + _SLOWEST
    while select.select([pipe], [], [], max(until - time.monotonic(), 0))[0]:
        chunk = os.read(pipe, 65536)
        if not chunk:
            return {line for line in heard.decode().split("\n") if line}
        heard += chunk
    raise SystemExit("A worker hangs.")


def _live(deed: Callable[[], object], prepare: Callable[[], None] = lambda: None) -> None:
    """Be the child: do it, and leave without the parent's farewells."""
    code = 1
    try:
        prepare()
        deed()
        code = 0
    except BaseException:  # noqa: BLE001 - it ends here either way, with its traceback shown
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def apart(deed: Callable[[], Any]) -> Any:
    """Do something in a child, so that the parent never holds a connection that a fork would share."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _live(lambda: _say(writing, json.dumps(deed())))
    os.close(writing)
    with os.fdopen(reading) as answer:
        text = answer.read()
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
        raise SystemExit("The database could not be set up or read; see above.")
    return json.loads(text)


def set_up(smtp_port: int) -> None:
    """Make the tables, a shop, an agent and a mailbox that sends to the given port."""
    from django.core.management import call_command

    from balcao.channels.actions.connecting import create_channel
    from balcao.journal.types import SYSTEM
    from balcao.plugins.channels.mail.config import MailConfig
    from balcao.testing.factories import make_agent, make_shop

    call_command("migrate", verbosity=0, skip_checks=True)
    shop = make_shop()
    make_agent("Bruno", shop=shop)
    config = MailConfig(
        address="ola@moringa.example",
        incoming="none",
        smtp_host="127.0.0.1",
        smtp_port=smtp_port,
        smtp_security="plain",
        smtp_username="-",
    )
    create_channel(
        shop=shop, kind="mail", name="Mail", address=config.address, config=config, actor=SYSTEM, now=datetime.now(UTC)
    )


def work(mill: Mill, *, acknowledge: Callable[[str], None]) -> None:
    """Do what the processes of an installation do: take in, answer, understand, send, seal, follow."""
    from balcao.journal.actions import seal
    from balcao.pipeline import followers, inbound, outbound

    worker = f"worker {os.getpid()}"
    take_in(mill, acknowledge=acknowledge)
    answer(mill)
    while inbound.run_due(worker=worker, now=mill.now(), clock=mill.now):
        pass
    while outbound.run_due(worker=worker, now=mill.now(), clock=mill.now):
        pass
    while seal():  # without the lease, which the dead would hold for some seconds
        pass
    followers.run_due(now=mill.now())


def take_in(mill: Mill, *, acknowledge: Callable[[str], None]) -> None:
    """Take in the mails that their senders have no acknowledgement for yet."""
    from balcao.channels.models import Channel
    from balcao.channels.queries import connection_of
    from balcao.pipeline import inbound
    from balcao.ports.channel import RawEnvelope

    channel = Channel.objects.select_related("shop").get()
    for mail in list(mill.waiting):
        raw = RawEnvelope(external_id=mail, body=_mail(mail, mill.sent), source="smtp", received_at=mill.now())
        inbound.take_in(
            channel=channel, raw=raw, connection=connection_of(channel), now=mill.now(), holder=f"web {os.getpid()}"
        )
        acknowledge(mail)


def _mail(mail: str, earlier: list[str]) -> bytes:
    number = earlier.index(mail)
    answers = f"In-Reply-To: <{earlier[number - 1]}>\r\n" if number % 4 == 3 else ""  # noqa: PLR2004 - one in four
    return (
        f"From: Ana <ana{number % 7}@ana.example>\r\nTo: ola@moringa.example\r\nSubject: Pedido {number}\r\n"
        f"Message-ID: <{mail}>\r\n{answers}Date: Sun, 22 Nov 2026 12:00:00 +0000\r\n"
        f"\r\nOnde está o pedido {number}?\r\n"
    ).encode()


def answer(mill: Mill) -> None:
    """Write some answers, as agents do on the desk."""
    from balcao.staff.models import Agent
    from balcao.tickets.actions.sending import Writing, send_message
    from balcao.tickets.models import Conversation

    agent = Agent.objects.get()
    for conversation in Conversation.objects.select_related("ticket", "channel__shop").order_by("?")[:ANSWERS_A_ROUND]:
        writing = Writing(text=f"Está a caminho ({mill.now()}).")
        send_message(conversation=conversation, writing=writing, agent=agent, now=mill.now(), undo=timedelta(0))


def findings() -> dict[str, Any]:
    """Return what the database holds: of each mail how many messages, of each answer how it ended."""
    from balcao.channels.models import Dispatch, Envelope
    from balcao.journal import queries as journal
    from balcao.journal.models import Entry
    from balcao.tickets.models import Message

    told = Counter(entry.facts["message"] for entry in Entry.objects.filter(name="ticket.message.received"))
    return {
        "messages": dict(Counter(Message.objects.filter(direction="in").values_list("external_id", flat=True))),
        "told": dict(Counter(told.values())),
        "answers": dict(Dispatch.objects.values_list("external_id", "state")),
        "unshown": Message.objects.filter(
            dispatch__state__in=["uncertain", "failed"], ticket__has_failed_send=False
        ).count(),
        "envelopes": dict(Counter(Envelope.objects.values_list("state", flat=True))),
        "broken_link": journal.first_broken_link(),
        "unsealed": journal.is_unsealed(),
    }


def main(rounds: int, seed: int, smtp_port: int) -> None:
    """Grind, drain, look."""
    import django

    django.setup()
    import balcao.pipeline.worker  # noqa: F401 - loaded once, before all forks

    mill = Mill(chance=random.Random(seed))
    set_up(smtp_port)
    mill.warm_up()
    for number in range(rounds):
        mill.round(number)
        if number % 10 == 0:
            mill.drain()
    for _ in range(DRAINING_ROUNDS):
        mill.drain()
    found = apart(findings)
    print(json.dumps({"sent": mill.sent, "waiting": mill.waiting, "deaths": mill.deaths, **found}))  # noqa: T201


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]))

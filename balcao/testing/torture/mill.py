"""The mill: a warm parent that forks one worker a round and lets it be killed.

Started as a process of its own (`python -m balcao.testing.torture.mill ROUNDS SEED SMTP_PORT TILL HOOKS`) on the
database and data directory of its environment; prints what it did and what the database holds at the end as JSON.
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
REFUNDS_A_ROUND = 2
DRAINING_ROUNDS = 4  # without a death, at the end
MOST_DRAINING_ROUNDS = 60  # as long as something waits: an order action is put off for half an hour at most
_MOST_MISSED = 4  # rounds, before the next step has its turn
_SLOWEST = 60.0  # seconds
_REFUND = "refund-"


@dataclass
class Mill:
    """What the outside world knows: the mails it sent, those that were acknowledged, and what time it is."""

    chance: random.Random
    offset: timedelta = timedelta(0)
    sent: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)  # not acknowledged: its sender will try again
    refunds: list[str] = field(default_factory=list)  # keys of those that were taken into the ledger
    deaths: Counter[str] = field(default_factory=Counter)
    tried: int = 0  # steps at which a worker was to die: each in its turn
    missed: int = 0  # rounds in which the present one was not met
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

        step, hit = steps.STEPS[self.tried % len(steps.STEPS)], self.chance.choice([1, 1, 2, 3])
        hit = 1 if self.missed else hit  # it was not met so often, or there was nothing to do
        died = self._fork(lambda: steps.arm(step, hit=hit), after=None)
        self.missed = 0 if died or self.missed == _MOST_MISSED else self.missed + 1
        self.tried += not self.missed
        self.deaths[step if died else "none"] += 1

    def _die_at_an_instant(self) -> None:
        died = self._fork(lambda: None, after=self.chance.uniform(0, self.pace * 1.1))
        self.deaths["instant" if died else "none"] += 1

    def warm_up(self) -> None:
        """Do a round here, so that all is loaded before the forks, and leave no connection that they would share."""
        from django.db import connections

        self.sent, self.waiting = ["first@ana.example"], ["first@ana.example"]
        heard: list[str] = []
        work(self, acknowledge=heard.append)
        self.waiting, self.refunds = [], [key for key in heard if key.startswith(_REFUND)]
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
        self.refunds += sorted(key for key in acknowledged if key.startswith(_REFUND))
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


def set_up(smtp_port: int, till: str, hooks: str) -> None:
    """Make the tables, a shop, an agent, a mailbox, a shop system and an endpoint, each at the place given."""
    from django.core.management import call_command

    from balcao.channels.actions.connecting import create_channel
    from balcao.commerce.actions.connecting import create_backend
    from balcao.commerce.types import Policy
    from balcao.journal.types import SYSTEM
    from balcao.plugins.channels.mail.config import MailConfig
    from balcao.testing.factories import make_agent, make_shop
    from balcao.testing.torture import matters
    from balcao.testing.torture.clocks import promise
    from balcao.testing.torture.till import TillConfig
    from balcao.webhooks.actions.endpoints import create_endpoint

    call_command("migrate", verbosity=0, skip_checks=True)
    shop = make_shop()
    make_agent("Bruno", shop=shop)
    promise(shop, now=datetime.now(UTC))
    matters.design(now=datetime.now(UTC))
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
    create_backend(
        shop=shop,
        kind="till",
        name="Till",
        config=TillConfig(till),
        actor=SYSTEM,
        now=datetime.now(UTC),
        policy=Policy(levels={}),
    )
    create_endpoint(
        name="ERP",
        url=hooks,
        events=["ticket.opened", "ticket.message.*"],
        shop=None,
        actor=SYSTEM,
        now=datetime.now(UTC),
    )


def work(mill: Mill, *, acknowledge: Callable[[str], None]) -> None:
    """Do what the processes of an installation do: take in, answer, understand, send, seal, follow."""
    from balcao.pipeline import inbound, orders, outbound, timers, webhooks
    from balcao.pipeline.stages import doing
    from balcao.testing.torture import matters

    worker = f"worker {os.getpid()}"
    take_in(mill, acknowledge=acknowledge)
    refresh(mill, worker)
    answer(mill)
    pay_back(mill, acknowledge=acknowledge)
    matters.begin(mill)
    while inbound.run_due(worker=worker, now=mill.now(), clock=mill.now):
        pass
    while outbound.run_due(worker=worker, now=mill.now(), clock=mill.now):
        pass
    while orders.run_due(worker=worker, now=mill.now(), clock=mill.now):
        pass
    while read_on(mill) or timers.run_due(now=mill.now()):
        pass
    while doing.run_due(worker=worker, now=mill.now(), clock=mill.now) or read_on(mill):
        orders.run_due(worker=worker, now=mill.now(), clock=mill.now)
    while outbound.run_due(worker=worker, now=mill.now(), clock=mill.now):
        pass
    while webhooks.run_due(worker=worker, now=mill.now(), clock=mill.now):
        pass


def read_on(mill: Mill) -> int:
    """Let the followers read everything, without the sealer's lease, which the dead would hold for some seconds."""
    from balcao.journal.actions import seal
    from balcao.pipeline import followers

    done = 0
    while count := seal() + followers.run_due(now=mill.now()):
        done += count
    return done


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


def refresh(mill: Mill, worker: str) -> None:
    """Read what changed in the shop system."""
    from balcao.commerce.models import Backend
    from balcao.pipeline import refreshing

    refreshing.refresh(backend=Backend.objects.get(), worker=worker, clock=mill.now)


def pay_back(mill: Mill, *, acknowledge: Callable[[str], None]) -> None:
    """Ask for some refunds, as agents do on the desk; those that the rules deny leave nothing."""
    from balcao.commerce.actions import ledger
    from balcao.commerce.models import Order
    from balcao.ports.commerce import Refund

    for order in Order.objects.select_related("account__backend__shop").order_by("?")[:REFUNDS_A_ROUND]:
        key = f"{_REFUND}{os.urandom(6).hex()}"
        with suppress(ledger.ActionDenied):
            action, asker = Refund("late", amount=1 + mill.chance.randrange(40)), ledger.Asker()
            ledger.ask(action=action, account=order.account, order=order, asker=asker, key=key, now=mill.now())
            acknowledge(key)


def is_something_open() -> bool:
    """Tell whether an order action, a step of a matter or a webhook waits to be tried or asked about."""
    from balcao.commerce.models import LedgerEntry
    from balcao.testing.torture import matters
    from balcao.webhooks.models import Delivery

    is_deed_open = LedgerEntry.objects.filter(state__in=["queued", "performing", "uncertain"]).exists()
    return is_deed_open or matters.is_something_open() or Delivery.objects.filter(state="queued").exists()


def hurry_webhooks() -> int:
    """Let webhooks that wait for hours be tried at once, as an admin may."""
    from balcao.webhooks.models import Delivery

    return Delivery.objects.filter(state="queued", leased_by="").update(due_at=datetime.now(UTC))


def findings() -> dict[str, Any]:
    """Return what the database holds: of each mail how many messages, of each answer how it ended."""
    from balcao.channels.models import Dispatch, Envelope
    from balcao.commerce.models import LedgerEntry, Order
    from balcao.commerce.queries import order_value
    from balcao.journal import queries as journal
    from balcao.journal.models import Entry
    from balcao.testing.torture import matters
    from balcao.testing.torture.clocks import findings as clock_findings
    from balcao.tickets.models import Message
    from balcao.webhooks.models import Delivery

    told = Counter(entry.facts["message"] for entry in Entry.objects.filter(name="ticket.message.received"))
    return {
        "messages": dict(Counter(Message.objects.filter(direction="in").values_list("external_id", flat=True))),
        "told": dict(Counter(told.values())),
        "answers": dict(Dispatch.objects.values_list("external_id", "state")),
        "ledger": dict(LedgerEntry.objects.values_list("key", "state")),
        "copies": {
            row.ref: [p.amount for p in order_value(row).payments if p.is_refund]
            for row in Order.objects.select_related("account")
        },
        "unshown": Message.objects.filter(
            dispatch__state__in=["uncertain", "failed"], ticket__has_failed_send=False
        ).count(),
        "webhooks": dict(Delivery.objects.values_list("message_id", "state")),
        "events": _told_elsewhere(),
        "envelopes": dict(Counter(Envelope.objects.values_list("state", flat=True))),
        "clocks": clock_findings(),
        "matters": matters.findings(),
        "broken_link": journal.first_broken_link(),
        "unsealed": journal.is_unsealed(),
    }


def _told_elsewhere() -> list[int]:
    """Return the positions of what the endpoint was to be told of, and of what it was told of."""
    from balcao.journal.models import Entry
    from balcao.webhooks.models import Delivery, Endpoint
    from balcao.webhooks.rules.matching import wants

    events = Endpoint.objects.get().events
    due = {e.position for e in Entry.objects.all() if wants(events, e.name)}
    return sorted(position or 0 for position in due ^ set(Delivery.objects.values_list("position", flat=True)))


def main(rounds: int, seed: int, smtp_port: int, till: str, hooks: str) -> None:
    """Grind, drain, look."""
    import django

    django.setup()
    import balcao.pipeline.worker  # noqa: F401 - loaded once, before all forks
    from balcao.ports import registry
    from balcao.testing.torture.till import TillBackend

    registry.register_commerce(TillBackend())
    mill = Mill(chance=random.Random(seed))
    set_up(smtp_port, till, hooks)
    mill.warm_up()
    for number in range(rounds):
        mill.round(number)
        if number % 10 == 0:
            mill.drain()
    for number in range(MOST_DRAINING_ROUNDS):
        if number >= DRAINING_ROUNDS and not apart(is_something_open):
            break
        apart(hurry_webhooks)
        mill.drain()
    found = apart(findings)
    told = {"sent": mill.sent, "waiting": mill.waiting, "refunds": mill.refunds, "deaths": mill.deaths}
    print(json.dumps({**told, **found}))  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5])

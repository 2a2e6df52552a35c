"""Reading a real mailbox (Dovecot) into envelopes: nothing lost, nothing twice, everything counted."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import close_old_connections
from imapclient import IMAPClient

from balcao.channels import rules
from balcao.channels.actions import fetching
from balcao.channels.actions.connecting import create_channel
from balcao.channels.models import Channel, Envelope, FetchState, RefusedEnvelope
from balcao.channels.queries import config_of
from balcao.journal.models import Entry
from balcao.journal.types import SYSTEM
from balcao.pipeline import inbound, poll
from balcao.plugins.channels.mail.adapter import Mail
from balcao.plugins.channels.mail.config import MailConfig
from balcao.ports import registry
from balcao.ports.channel import Batch, ChannelError, RawEnvelope
from balcao.shops.models import Shop
from balcao.testing.servers import ImapServer, free_port
from balcao.tickets.models import Message

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
ANA = b"From: ana@example.com\r\nMessage-ID: <%d@example.com>\r\nSubject: Pedido\r\n\r\nOnde?\r\n"
WORKER = "worker-1"


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **spans: float) -> None:
        self.now += timedelta(**spans)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def channel(db: None, imap_server: ImapServer, request: pytest.FixtureRequest) -> Channel:
    return make_mailbox(imap_server, request.node.name[:60])


def make_mailbox(imap_server: ImapServer, name: str) -> Channel:
    shop = Shop.objects.create(name="Loja", slug="loja", languages=["pt-br"], created_at=NOW)
    config = MailConfig(
        address="sac@loja.example",
        username=name,
        password=imap_server.password,
        imap_host=imap_server.host,
        imap_port=imap_server.port,
        imap_security="plain",
        since_days=1,
    )
    imap_server._maildir(name)
    return create_channel(
        shop=shop,
        kind="mail",
        name="SAC",
        address="sac@loja.example",
        config=config,
        actor=SYSTEM,
        now=NOW,
        is_fetched=True,
    )


@pytest.fixture(autouse=True)
def hung_up() -> Any:
    yield
    adapter = registry.channel("mail")
    assert isinstance(adapter, Mail)
    adapter.hang_up()


@pytest.fixture
def deliver(imap_server: ImapServer, channel: Channel) -> Callable[[bytes], None]:
    return lambda raw: imap_server.deliver(channel.settings["username"], raw)


def entries(name: str) -> list[Entry]:
    return list(Entry.objects.filter(name=name))


def state(channel: Channel) -> FetchState:
    return FetchState.objects.get(channel=channel)


def ids(channel: Channel) -> list[str]:
    return list(Envelope.objects.filter(channel=channel).order_by("id").values_list("external_id", flat=True))


def test_new_mail_is_kept_once_and_counted(channel: Channel, deliver: Callable[[bytes], None], clock: Clock) -> None:
    for number in range(3):
        deliver(ANA % number)

    assert poll.poll(channel=channel, worker=WORKER, clock=clock) == 3
    assert poll.poll(channel=channel, worker=WORKER, clock=clock) == 0

    assert len(ids(channel)) == 3
    assert (state(channel).seen, state(channel).kept, state(channel).refused) == (3, 3, 0)
    assert state(channel).last_ok_at == clock.now
    assert state(channel).missing == []


def test_mail_fetched_but_not_stored_comes_again(
    channel: Channel, deliver: Callable[[bytes], None], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(ANA % 1)
    with monkeypatch.context() as patched:
        patched.setattr(fetching, "_note_success", lambda *_: 1 / 0)  # dies within the transaction
        assert poll.poll(channel=channel, worker=WORKER, clock=clock) is None
    assert ids(channel) == []
    assert state(channel).cursor == {}

    clock.forward(seconds=30)
    assert poll.poll(channel=channel, worker=WORKER, clock=clock) == 1


def test_one_mail_that_cannot_be_kept_stops_no_other(
    channel: Channel, deliver: Callable[[bytes], None], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        deliver(ANA % number)
    clean = Mail.clean

    def failing(self: Mail, raw: RawEnvelope) -> RawEnvelope:
        if raw.external_id.endswith(":2"):
            raise ValueError("odd")
        return clean(self, raw)

    with monkeypatch.context() as patched:
        patched.setattr(Mail, "clean", failing)
        poll.poll(channel=channel, worker=WORKER, clock=clock)

    assert [name.rsplit(":", 1)[1] for name in ids(channel)] == ["1", "3"]
    assert "ValueError" in RefusedEnvelope.objects.get().reason
    assert (state(channel).seen, state(channel).kept, state(channel).refused) == (3, 2, 1)
    assert entries("channel.gap.found") == []  # accounted for, with its reason

    assert poll.fetch_missing(channel=channel, clock=clock) == 1
    assert len(ids(channel)) == 3
    assert (state(channel).seen, state(channel).kept, state(channel).refused) == (3, 3, 0)
    assert not RefusedEnvelope.objects.exists()


def test_broken_mails_in_between_are_set_aside_and_the_rest_is_understood(
    channel: Channel, deliver: Callable[[bytes], None], clock: Clock
) -> None:
    broken = [
        b"",
        b"\x00\xff\xfe\r\n.\r\n" + bytes(range(256)),
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x",
    ]
    for raw in (ANA % 1, *broken, ANA % 2):
        deliver(raw)
        time.sleep(0.002)
    poll.poll(channel=channel, worker=WORKER, clock=clock)
    assert inbound.run_due(worker=WORKER, now=clock.now, clock=clock) == 5

    outcomes = list(Envelope.objects.order_by("id").values_list("outcome", flat=True))
    assert (outcomes[0], outcomes[4]) == ("new", "new")
    assert set(outcomes[1:4]) <= {"new", "quarantined"}
    assert Message.objects.filter(text="Onde?").count() == 2
    assert all(Envelope.objects.filter(outcome="quarantined").values_list("reason", flat=True))


def test_a_gap_raises_an_alarm_once_and_is_fetched_by_the_button(
    channel: Channel, deliver: Callable[[bytes], None], clock: Clock
) -> None:
    for number in range(3):
        deliver(ANA % number)
    poll.poll(channel=channel, worker=WORKER, clock=clock)
    lost = ids(channel)[1]
    Envelope.objects.filter(external_id=lost).delete()
    FetchState.objects.update(kept=2)

    clock.forward(minutes=14)
    poll.poll(channel=channel, worker=WORKER, clock=clock)
    assert entries("channel.gap.found") == []  # not yet due

    for _ in range(2):
        clock.forward(minutes=15)
        poll.poll(channel=channel, worker=WORKER, clock=clock)
    assert state(channel).missing == [lost]
    assert state(channel).seen == 3
    [alarm] = entries("channel.gap.found")
    assert alarm.facts == {"channel": channel.pk, "name": "SAC", "missing": 1}

    assert poll.fetch_missing(channel=channel, clock=clock) == 1
    assert lost in ids(channel)
    assert state(channel).missing == []
    assert len(entries("channel.gap.closed")) == 1


def test_a_missing_mail_that_is_gone_meanwhile_is_accounted_for(
    channel: Channel, deliver: Callable[[bytes], None], clock: Clock, imap_server: ImapServer
) -> None:
    deliver(ANA % 1)
    poll.poll(channel=channel, worker=WORKER, clock=clock)
    [lost] = ids(channel)
    Envelope.objects.all().delete()
    poll.reconcile(channel=channel, worker=WORKER, clock=clock)
    with IMAPClient(imap_server.host, imap_server.port, ssl=False) as client:
        client.login(channel.settings["username"], imap_server.password)
        client.select_folder("INBOX")
        client.delete_messages([1])
        client.expunge()

    assert poll.fetch_missing(channel=channel, clock=clock) == 0
    assert RefusedEnvelope.objects.get().external_id == lost
    assert state(channel).missing == []


def test_a_fault_is_told_once_left_alone_for_a_while_and_its_end_is_told(
    channel: Channel, deliver: Callable[[bytes], None], clock: Clock
) -> None:
    right, channel.settings = dict(channel.settings), {**channel.settings, "imap_port": free_port()}
    channel.save()
    for _ in range(3):
        assert poll.poll(channel=channel, worker=WORKER, clock=clock) is None
        clock.forward(minutes=6)
    assert state(channel).last_error_code == "connect"
    assert "port" in state(channel).last_error
    assert state(channel).failing_since == NOW
    assert [entry.facts["code"] for entry in entries("channel.fetch.failed")] == ["connect"]

    channel.settings = right
    channel.save()
    deliver(ANA % 1)
    assert poll.poll(channel=channel, worker=WORKER, clock=clock) == 1
    assert state(channel).last_error == ""
    assert state(channel).failing_since is None
    assert len(entries("channel.fetch.recovered")) == 1


def test_a_failing_channel_is_not_asked_before_its_time(channel: Channel, clock: Clock) -> None:
    fetching.lease(channel=channel, worker=WORKER, now=clock.now)
    error = ChannelError("Later.", permanent=False, code="rate", retry_after=600)
    fetching.fetch_failed(channel=channel, error=error, worker=WORKER, now=clock.now)
    clock.forward(seconds=599)
    assert poll.poll(channel=channel, worker=WORKER, clock=clock) is None
    clock.forward(seconds=1)
    assert poll.poll(channel=channel, worker=WORKER, clock=clock) == 0


def test_pauses_grow_with_the_fault() -> None:
    pauses = [rules.fetch_pause(timedelta(minutes=minutes)).total_seconds() for minutes in (0, 1, 4, 60)]
    assert pauses == [10, 30, 120, 300]


def test_only_one_worker_reads_a_channel_until_it_dies(
    channel: Channel, deliver: Callable[[bytes], None], clock: Clock
) -> None:
    assert fetching.lease(channel=channel, worker="other", now=clock.now) is not None
    deliver(ANA % 1)
    assert poll.poll(channel=channel, worker=WORKER, clock=clock) is None
    clock.forward(seconds=rules.FETCH_LEASE.total_seconds() + 1)
    assert poll.poll(channel=channel, worker=WORKER, clock=clock) == 1


def test_a_worker_that_lost_its_lease_stores_nothing(channel: Channel, clock: Clock) -> None:
    fetching.lease(channel=channel, worker="other", now=clock.now)
    batch = Batch((RawEnvelope("x/INBOX:1:1", ANA % 1, "INBOX"),), {"folders": {}})
    with pytest.raises(fetching.LeaseLost):
        fetching.keep_batch(channel=channel, batch=batch, worker=WORKER, now=clock.now)
    with pytest.raises(fetching.LeaseLost):
        fetching.reconcile(channel=channel, held_there=[], worker=WORKER, now=clock.now)
    assert ids(channel) == []
    fetching.let_go(channel=channel, worker="other")
    assert fetching.lease(channel=channel, worker=WORKER, now=clock.now) is not None


def test_a_renewed_token_is_stored_sealed(channel: Channel) -> None:
    poll.working_connection(channel).keep_secrets({"oauth_refresh_token": "fresh"})
    channel.refresh_from_db()
    assert config_of(channel).oauth_refresh_token == "fresh"
    assert config_of(channel).password == "secret"
    assert "fresh" not in channel.sealed_secrets


@pytest.fixture
def one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the test's database connection, which holds its transaction."""
    monkeypatch.setattr(poll, "close_old_connections", lambda: None)


@pytest.mark.usefixtures("one_connection")
def test_watching_brings_mail_as_it_comes(
    channel: Channel, deliver: Callable[[bytes], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poll, "LISTEN_SECONDS", 10.0)
    watcher = poll.Watcher(worker=WORKER, stopping=threading.Event())
    timer = threading.Timer(0.3, deliver, [ANA % 1])
    timer.start()
    begun = time.monotonic()
    watcher.turn(channel)  # nothing yet, waits and is woken
    monkeypatch.setattr(poll, "LISTEN_SECONDS", 0.1)
    watcher.turn(channel)
    timer.join()
    assert len(ids(channel)) == 1
    assert time.monotonic() - begun < 8


@pytest.mark.usefixtures("one_connection")
def test_watching_ends_when_the_channel_is_switched_off(channel: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poll, "LISTEN_SECONDS", 0.1)
    watcher = poll.Watcher(worker=WORKER, stopping=threading.Event())
    turns = 0
    turn = watcher.turn

    def counted(watched: Channel) -> None:
        nonlocal turns
        turns += 1
        turn(watched)
        Channel.objects.update(is_active=False)

    monkeypatch.setattr(watcher, "turn", counted)
    watcher._watch(channel.pk)
    assert turns == 1
    assert state(channel).leased_by == ""


@pytest.mark.usefixtures("shared_database")
def test_a_worker_watches_in_threads_of_its_own_until_it_stops(
    imap_server: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poll, "LISTEN_SECONDS", 1.0)
    watcher = poll.Watcher(worker=WORKER, stopping=threading.Event())
    found: list[str] = []

    def set_up_and_wait() -> None:  # in a thread: this one's connection is to the database in memory
        channel = make_mailbox(imap_server, "watched")
        watching = threading.Thread(target=watcher.run)
        watching.start()
        time.sleep(0.5)
        imap_server.deliver("watched", ANA % 1)
        deadline = time.monotonic() + 15
        while not ids(channel) and time.monotonic() < deadline:
            time.sleep(0.1)
        found.extend(ids(channel))
        watcher.stopping.set()
        watching.join(10)
        for thread in watcher._threads.values():
            thread.join(10)
        found.append(state(channel).leased_by)
        close_old_connections()

    outside = threading.Thread(target=set_up_and_wait)
    outside.start()
    outside.join(60)
    assert len(found) == 2
    assert found[0].endswith(":1")
    assert found[1] == ""

"""A live server in a thread of the test, on the test's own database, and pages that talk to it."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from importlib import import_module
from typing import Any

import pytest
import uvicorn
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import connections
from django.utils import timezone
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from balcao.api.live.routes import Live
from balcao.customers.models import Customer, Identity
from balcao.journal import actions as journal
from balcao.journal.models import Entry, EntryPersonal, EntrySubject, Head
from balcao.journal.types import SYSTEM, Subject, SubjectKind
from balcao.kit.http import Policy
from balcao.shops.models import Shop
from balcao.staff.models import Agent, ApiToken
from balcao.tickets.models import Ticket


class Server:
    """A running live server."""

    def __init__(self) -> None:
        # Loopback is where the test's own picture server is; in earnest it is refused.
        self.app = Live(pictures_from=Policy(allow_http=True, allow_private=True, ports=None, largest=100_000))
        config = uvicorn.Config(
            self.app,
            host="127.0.0.1",
            port=0,
            log_config=None,
            access_log=False,
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=5,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        until = time.monotonic() + 30
        while not self._server.started:
            assert time.monotonic() < until, "The live server does not start."
            time.sleep(0.01)
        self.port: int = self._server.servers[0].sockets[0].getsockname()[1]

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(20)
        if self._thread.is_alive():  # nobody waits for ever for a page that does not go
            self._server.force_exit = True
            self._thread.join(20)
        assert not self._thread.is_alive(), "The live server does not stop."


class Page:
    """An open page."""

    def __init__(self, line: ClientConnection) -> None:
        self.line = line

    def say(self, **message: Any) -> None:
        self.line.send(json.dumps(message))

    def hear(self, kind: str, *, within: float = 10) -> dict[str, Any]:
        """Return the next message of a kind, passing over the others."""
        until = time.monotonic() + within
        while True:
            message: dict[str, Any] = json.loads(self.line.recv(timeout=max(until - time.monotonic(), 0)))
            if message["type"] == kind:
                return message

    def hear_until(self, kind: str, holds: Callable[[dict[str, Any]], bool], *, within: float = 20) -> dict[str, Any]:
        """Return the next message of a kind for which something holds; `TimeoutError` if none comes in time."""
        until = time.monotonic() + within
        while True:
            message = self.hear(kind, within=max(until - time.monotonic(), 0))
            if holds(message):
                return message

    def hears_nothing_of(self, kind: str, *, within: float = 0.5) -> bool:
        try:
            self.hear(kind, within=within)
        except TimeoutError:
            return True
        return False

    def closed_with(self) -> int:
        """Return the code with which the server ends the connection."""
        with pytest.raises(ConnectionClosed) as closed:
            self._read_on()
        assert closed.value.rcvd is not None
        return closed.value.rcvd.code

    def _read_on(self) -> None:
        while True:
            self.line.recv(timeout=10)


_WRITTEN = [
    EntrySubject,
    EntryPersonal,
    Entry,
    Head,
    Ticket,
    Identity,
    Customer,
    ApiToken.shops.through,
    ApiToken,
    Agent.shops.through,
    Agent,
    Shop,
    Session,
]


@pytest.fixture
def transactional_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Let the server's threads see what the test commits, and empty these few tables: far quicker than all."""
    with django_db_blocker.unblock():
        yield
        for model in _WRITTEN:
            rows = model._default_manager.all()
            rows._raw_delete(rows.db)
        for connection in connections.all(initialized_only=True):
            connection.close()


@pytest.fixture
def server(transactional_db: None) -> Iterator[Server]:
    server = Server()
    yield server
    server.stop()


@pytest.fixture
def shop(transactional_db: None) -> Shop:
    return Shop.objects.create(name="Casa Moringa", slug="moringa", created_at=timezone.now())


@pytest.fixture
def other_shop(transactional_db: None) -> Shop:
    return Shop.objects.create(name="Bosphorus Tea", slug="tea", created_at=timezone.now())


@pytest.fixture
def ana(shop: Shop) -> Agent:
    return new_agent("Ana", shop)


@pytest.fixture
def bruno(shop: Shop) -> Agent:
    return new_agent("Bruno", shop)


def new_agent(name: str, shop: Shop) -> Agent:
    agent = Agent(email=f"{name.lower()}@example.com", name=name)
    agent.set_password("correct horse")
    agent.save()
    agent.shops.add(shop)
    return agent


def new_ticket(shop: Shop, *, number: int) -> Ticket:
    now = timezone.now()
    customer = Customer.objects.create(name="Mehmet", created_at=now)
    identity = Identity.objects.create(
        customer=customer, home=customer, kind="email", value=f"mehmet{number}@example.com", created_at=now
    )
    return Ticket.objects.create(number=number, shop=shop, identity=identity, opened_at=now, changed_at=now)


def log_in(agent: Agent) -> str:
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(agent.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = agent.get_session_auth_hash()
    session.create()
    return str(session.session_key)


Open = Callable[..., Page]


@pytest.fixture
def open_page(server: Server) -> Iterator[Open]:
    with ExitStack() as stack:

        def open_page(
            agent: Agent | None = None,
            *,
            session: str = "",
            origin: str = "",
            position: int | None = None,
            at: Server = server,
        ) -> Page:
            key = session or (log_in(agent) if agent else "nobody")
            line = stack.enter_context(
                connect(
                    f"ws://127.0.0.1:{at.port}/live/socket",
                    origin=origin or f"http://127.0.0.1:{at.port}",  # type: ignore[arg-type] # a NewType of str
                    additional_headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={key}"},
                )
            )
            page = Page(line)
            with suppress(ConnectionClosed):  # the server may have shown it the door already
                page.say(type="resume", position=position)
            return page

        yield open_page


def record(name: str = "ticket.message.received", *, shop: Shop | None, ticket: int = 5, **more: Any) -> int:
    about = more.pop("about", [Subject(SubjectKind.TICKET, ticket)])
    entry = journal.record(
        name=name, at=timezone.now(), actor=SYSTEM, about=about, shop_id=shop.pk if shop else 0, **more
    )
    return entry.pk

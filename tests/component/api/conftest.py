"""Two shops, their people, a ticket, and programs that call with tokens."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from balcao.channels.models import Channel
from balcao.commerce.actions.book import Book
from balcao.commerce.actions.connecting import create_backend
from balcao.commerce.actions.copying import keep_order, keep_product
from balcao.commerce.models import Backend, Order
from balcao.commerce.types import Policy
from balcao.journal.types import SYSTEM
from balcao.ports import registry
from balcao.shops.models import Shop
from balcao.staff.actions import create_token
from balcao.staff.models import Agent, ApiToken
from balcao.staff.types import Role, Scope
from balcao.testing.channels import PaperChannel
from balcao.testing.factories import make_agent, make_channel, make_shop, make_verified, receive
from balcao.testing.orders import a_product, an_order
from balcao.tickets.models import Message, Ticket


class Program:
    """A client that sends JSON with a token and reads what comes back."""

    def __init__(self, token: ApiToken, secret: str) -> None:
        self.token, self.secret, self._client = token, secret, Client(raise_request_exception=False)

    def __call__(self, method: str, path: str, body: Any = None, *, key: str = "", **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.secret}", **({"Idempotency-Key": key} if key else {})}
        headers |= more.pop("headers", {})
        facts = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return self._client.generic(method, f"/api/v1{path}", headers=headers, **facts, **more)

    def get(self, path: str, **query: Any) -> Any:
        return self("GET", path, query_params=query)

    def post(self, path: str, body: Any = None, *, key: str = "") -> Any:
        return self("POST", path, body, key=key)

    def patch(self, path: str, body: Any) -> Any:
        return self("PATCH", path, body)

    def upload(self, path: str, file: Any, *, key: str = "") -> Any:
        headers = {"Authorization": f"Bearer {self.secret}", **({"Idempotency-Key": key} if key else {})}
        return self._client.post(f"/api/v1{path}", {"file": file}, headers=headers)


MakeProgram = Callable[..., Program]


@pytest.fixture(autouse=True)
def no_requests_yet() -> None:
    cache.clear()


@pytest.fixture
def paper() -> PaperChannel:
    adapter = PaperChannel()
    registry.register_channel(adapter)
    return adapter


@pytest.fixture
def shop(db: None) -> Shop:
    return make_shop()


@pytest.fixture
def other_shop(shop: Shop) -> Shop:
    return make_shop("kahve")


@pytest.fixture
def channel(shop: Shop, paper: PaperChannel) -> Channel:
    return make_channel(shop)


@pytest.fixture
def bia(shop: Shop) -> Agent:
    return make_agent("Bia", shop=shop, role=Role.SUPERVISOR)


@pytest.fixture
def elif_(other_shop: Shop) -> Agent:
    return make_agent("Elif", shop=other_shop, role=Role.SUPERVISOR)


@pytest.fixture
def make_program(db: None) -> MakeProgram:
    def make(agent: Agent | None, *, scopes: Any = tuple(Scope), **facts: Any) -> Program:
        token, secret = create_token(
            name="ERP", agent=agent, scopes=list(scopes), actor=SYSTEM, now=timezone.now(), **facts
        )
        return Program(token, secret)

    return make


@pytest.fixture
def erp(make_program: MakeProgram, bia: Agent) -> Program:
    return make_program(bia)


@pytest.fixture
def stranger(make_program: MakeProgram, elif_: Agent) -> Program:
    """Give a program of the other shop."""
    return make_program(elif_)


@pytest.fixture
def message(channel: Channel) -> Message:
    taken = receive(channel, now=timezone.now(), subject="Prato quebrado", text="Chegou em pedaços.", name="Ana Souza")
    assert taken.message
    return taken.message


@pytest.fixture
def ticket(message: Message) -> Ticket:
    return message.ticket


@pytest.fixture
def caio(shop: Shop) -> Agent:
    return make_agent("Caio", shop=shop)


# --- Orders -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def book(shop: Shop) -> Backend:
    """Give an order book in which agents move 60 reais, and others agree to more."""
    policy, now = Policy(limits={"agent": 6_000}), timezone.now()
    backend = create_backend(
        shop=shop, kind="book", name="Book", config=Book.Config(), actor=SYSTEM, now=now, policy=policy
    )
    keep_product(backend=backend, product=a_product(), now=now)
    return backend


@pytest.fixture
def order(book: Backend) -> Order:
    """Give Ana's order: two mugs, paid by card."""
    return keep_order(backend=book, order=an_order(), now=timezone.now())


@pytest.fixture
def talk(order: Order, channel: Channel) -> Ticket:
    """Give a ticket of Ana's, who opened the link that went to the order's address."""
    taken = receive(channel, now=timezone.now(), **{"from": "ana@example.com", "name": "Ana Souza"})
    assert taken.message
    make_verified(taken.message.ticket, order, now=timezone.now())
    return taken.message.ticket


@pytest.fixture
def clerk(make_program: MakeProgram, caio: Agent) -> Program:
    """Give a program that acts as an agent."""
    return make_program(caio)

"""The API does what its OpenAPI document says, and says all it does (schemathesis, without a network)."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.conf import settings
from django.core.cache import cache
from django.core.serializers.json import DjangoJSONEncoder
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import HealthCheck, Phase
from schemathesis.checks import load_all_checks
from schemathesis.config import SchemathesisConfig

from balcao.api.v1.urls import api
from balcao.commerce.actions.book import Book
from balcao.commerce.actions.connecting import create_backend
from balcao.commerce.actions.copying import keep_order, keep_product
from balcao.journal.types import SYSTEM
from balcao.ports import registry
from balcao.project.wsgi import application
from balcao.staff.actions import create_token
from balcao.staff.types import Role, Scope
from balcao.testing.channels import PaperChannel
from balcao.testing.factories import make_agent, make_channel, make_shop, receive
from balcao.testing.orders import a_product, an_order

_SETTINGS = {
    "generation": {"max-examples": 2, "allow-x00": True},
    "phases": {"coverage": {"unexpected-methods": ["DELETE"]}},
    "checks": {
        # A cursor, an id or a moment in the past is valid by its form and yet refused for what it says.
        "positive_data_acceptance": {"expected-statuses": ["2xx", "307", "401", "403", "404", "409", "413", "422"]},
    },
}


def _document() -> dict[str, Any]:
    return dict(json.loads(json.dumps(api.get_openapi_schema(), cls=DjangoJSONEncoder)))


load_all_checks()
schema = schemathesis.openapi.from_dict(_document(), config=SchemathesisConfig.from_dict(_SETTINGS))
schema.app = application


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep the connection open between requests, as Django's own test client does, and the log short."""
    monkeypatch.setattr(settings, "API_REQUESTS_A_MINUTE", 1_000_000)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def secret(db: None, quiet: None) -> str:
    """Give the token of a supervisor in a shop with a letter of Ana's and her order."""
    cache.clear()
    registry.register_channel(PaperChannel())
    shop, now = make_shop(), timezone.now()
    book = create_backend(shop=shop, kind="book", name="Book", config=Book.Config(), actor=SYSTEM, now=now)
    keep_product(backend=book, product=a_product(), now=now)
    keep_order(backend=book, order=an_order(), now=now)
    receive(make_channel(shop), now=now, subject="Prato quebrado", name="Ana Souza", **{"from": "ana@example.com"})
    bia = make_agent("Bia", shop=shop, role=Role.SUPERVISOR)
    return create_token(name="ERP", agent=bia, scopes=list(Scope), actor=SYSTEM, now=timezone.now())[1]


@schema.parametrize()
@hypothesis.settings(
    max_examples=2,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_an_operation_keeps_to_the_document(case: Any, secret: str) -> None:
    case.call_and_validate(headers={"Authorization": f"Bearer {secret}"})

"""The example of docs/backends.md: its tests pass as the page says, and a desk reads and pays back with it."""

import importlib
import shutil
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from balcao.commerce.actions import ledger
from balcao.commerce.actions.connecting import create_backend
from balcao.commerce.actions.ledger import Asker
from balcao.commerce.models import Order
from balcao.commerce.types import Level
from balcao.journal.types import SYSTEM
from balcao.pipeline import orders, refreshing
from balcao.ports import registry
from balcao.ports.commerce import Refund
from balcao.project.plugins import register_all
from balcao.staff.types import Role
from balcao.testing.factories import make_agent, make_shop

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLE = DOCS / "examples" / "bazaar"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def erp(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Give a running ERP, with its backend installed."""
    monkeypatch.syspath_prepend(EXAMPLE)
    house = importlib.import_module("erp").server()
    thread = threading.Thread(target=house.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    register_all(named=["bazaar.Bazaar"])
    yield house
    registry._backends.pop("bazaar")
    house.shutdown()
    house.server_close()
    thread.join()


def test_its_own_tests_pass_from_a_copy(tmp_path: Path) -> None:
    copy = shutil.copytree(EXAMPLE, tmp_path / "bazaar", ignore=shutil.ignore_patterns("__pycache__"))

    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q"], cwd=copy, capture_output=True, text=True, timeout=120, check=False
    )

    assert ran.returncode == 0, ran.stdout[-4000:]


def test_its_package_offers_the_class(erp: Any) -> None:
    told = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())
    module, _, name = told["project"]["entry-points"]["balcao.commerce"]["bazaar"].partition(":")

    assert type(registry.commerce("bazaar")) is getattr(importlib.import_module(module), name)


@pytest.mark.django_db
def test_a_desk_reads_its_orders_and_pays_back(erp: Any) -> None:
    house = erp.RequestHandlerClass.erp
    number = house.place(status="delivered")
    shop, config = (
        make_shop(),
        registry.commerce("bazaar").Config(f"http://127.0.0.1:{erp.server_port}", "bazaar-token"),
    )
    backend = create_backend(shop=shop, kind="bazaar", name="Bazaar", config=config, actor=SYSTEM, now=NOW)
    refreshing.refresh(backend=backend, worker="w", clock=lambda: NOW)
    order = Order.objects.get(number=number)
    helena = make_agent("Helena", shop=shop, role=Role.SUPERVISOR)

    ledger.ask(
        action=Refund("broken", (("1", 1),)),
        account=order.account,
        order=order,
        asker=Asker(agent=helena, level=Level.VERIFIED),
        key="k1",
        now=NOW,
    )
    orders.run_due(worker="w", now=NOW + timedelta(seconds=1), clock=lambda: NOW + timedelta(seconds=1))

    assert [(one["amount"], one["lines"]) for one in house.orders[number]["refunds"]] == [
        ("39.90", [{"id": 1, "qty": 1}])
    ]


def test_the_page_names_every_file_of_it() -> None:
    page = (DOCS / "backends.md").read_text()

    assert [one.name for one in EXAMPLE.iterdir() if one.is_file() and f"examples/bazaar/{one.name}" not in page] == []

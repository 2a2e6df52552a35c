"""What is asked on every page, or by the hour, walks an index."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from balcao.commerce import queries
from balcao.commerce.actions import watching
from balcao.commerce.models import Backend
from balcao.kit.db import is_postgres


def plan(context: CaptureQueriesContext, table: str) -> str:
    sql = next(query["sql"] for query in context.captured_queries if table in query["sql"])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return " | ".join(str(row[-1]) for row in cursor.fetchall())


@pytest.fixture(autouse=True)
def _sqlite_only(db: None) -> None:
    if is_postgres():
        pytest.skip("An empty table is read whole there, index or not.")


def test_what_waits_for_approval_is_counted_by_its_state() -> None:
    with CaptureQueriesContext(connection) as context:
        assert queries.waiting_count(shop_ids=[1]) == 0
    assert "commerce_ledger_state" in plan(context, "commerce_ledgerentry")


def test_products_are_found_by_their_words() -> None:
    with CaptureQueriesContext(connection) as context:
        assert queries.search_products("caneca azul", shop_id=1) == []
    found = plan(context, "commerce_productword")
    assert "SCAN commerce_product" not in found
    assert "word>?" in found


def test_only_what_is_due_is_looked_at() -> None:
    with CaptureQueriesContext(connection) as context:
        assert watching.due(backend=Backend(pk=1), now=timezone.now()) == []
    assert "commerce_watched" in plan(context, "commerce_order")

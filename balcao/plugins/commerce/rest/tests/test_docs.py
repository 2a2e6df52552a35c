"""The example of the documentation works as it is printed."""

import json
import re
from pathlib import Path

from balcao.plugins.commerce.rest.adapter import Rest
from balcao.plugins.commerce.rest.config import RestConfig
from balcao.plugins.commerce.rest.loading import mapping_of
from balcao.plugins.commerce.rest.reading import order_from
from balcao.ports.commerce import ActionKind, InstrumentKind, Link, OrderStage

PAGE = (Path(__file__).parents[5] / "docs" / "connect-rest.md").read_text(encoding="utf-8")


def test_the_small_mapping_reads_the_order_that_stands_above_it() -> None:
    printed = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    answer = re.search(r'^    (\{"id".*?\]\})$', PAGE, re.DOTALL | re.MULTILINE)
    assert printed
    assert answer
    link = Link(RestConfig(mapping=printed[1]))

    order = order_from(json.loads(answer[1]), mapping_of(printed[1]), link)

    assert (order.number, order.stage, order.total) == ("2026-0077", OrderStage.PENDING, 11570)
    assert (order.payments[0].amount, order.payments[0].instrument.kind) == (11570, InstrumentKind.PIX)
    assert Rest().abilities(link) == {ActionKind.CANCEL}

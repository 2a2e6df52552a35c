"""Tasks of a public benchmark lead to exactly the records they should, through rules, ledger and order book."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from balcao.cli.main import main
from balcao.commerce.models import LedgerEntry
from balcao.commerce.types import Denial
from balcao.demo import tau

FOLDER = Path(__file__).parents[2] / "fixtures" / "tau"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
# What the benchmark's own tools say of an action that must fail, and the reason that ours has to give.
REASONS = {
    "insufficient gift card balance": Denial.BALANCE.value,
    "payment method should be either the original payment method or a gift card": Denial.WRONG_INSTRUMENT.value,
    "non-delivered order cannot be exchanged": Denial.STAGE.value,
    "user not found": "not_found",
    "product not found": "not_found",
}


def expected_reasons(task: tau.Record) -> list[str]:
    said = [action["result"].removeprefix("Error: ").lower() for action in task["actions"] if action["result"] != "ok"]
    return [next(reason for words, reason in REASONS.items() if text.startswith(words)) for text in said]


@pytest.mark.django_db
def test_every_task_leads_to_exactly_the_expected_records_or_the_right_refusal() -> None:
    shop = tau.load(FOLDER, now=NOW)
    tasks = list(tau.tasks_in(FOLDER))

    for task in tasks:
        done = tau.replay(task, shop)
        assert done.matches_expected, task["id"]
        assert done.reasons == expected_reasons(task), task["id"]
    assert len(tasks) > 20
    assert not LedgerEntry.objects.exists(), "each task was taken back"


@pytest.mark.django_db
def test_the_command_prints_one_line_for_each_task(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["orders", "replay", "--backend", "tau", str(FOLDER), "--json"]) == 0

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(lines) == len(list(tau.tasks_in(FOLDER)))
    assert all(line["matches_expected"] and line["ok"] + line["refused"] == line["actions"] for line in lines)


def test_a_folder_without_records_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["orders", "replay", "--backend", "tau", str(tmp_path)]) != 0
    assert "users.json.gz" in capsys.readouterr().err

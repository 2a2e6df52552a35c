"""`balcao deadlines explain`, run in this process: it needs no database."""

import json
from pathlib import Path
from typing import Any

import pytest

from balcao.cli.main import main

GOOD = {"kind": "days", "tz": "UTC", "start": "2026-08-03T10:00:00Z", "amount": 1, "unit": "days"}
EXAMPLES = [
    {**GOOD, "id": "D1", "expect": {"last_day": "2026-08-04"}},
    {**GOOD, "id": "D2", "expect": {"last_day": "2026-08-05"}},
    {**GOOD, "id": "D3", "expect": {"last_day": "2026-08-05"}, "unit": "[bold]moons[/bold]"},
    {**GOOD, "id": "D4", "expect": {"last_day": "2026-08-04"}, "colour": "red"},
]


def a_file(folder: Path, *examples: Any) -> str:
    path = folder / "examples.json"
    path.write_text(json.dumps({"format": 1, "calendars": {}, "examples": examples}))
    return str(path)


def test_it_tells_programs_one_line_for_each_example(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["deadlines", "explain", "--file", a_file(tmp_path, *EXAMPLES), "--json"])

    assert code == 1
    good, different, unreadable, unread = map(json.loads, capsys.readouterr().out.splitlines())
    assert good == {"id": "D1", "expect": {"last_day": "2026-08-04"}, "got": {"last_day": "2026-08-04"}, "ok": True}
    assert (different["got"], different["ok"]) == ({"last_day": "2026-08-04"}, False)
    assert (unreadable["got"], unreadable["ok"]) == (None, False)
    assert unreadable["error"].startswith("unit: '[bold]moons[/bold]' is not known")
    assert (unread["ok"], unread["ignored"]) == (True, ["colour"])


def test_it_tells_people_what_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["deadlines", "explain", "--file", a_file(tmp_path, *EXAMPLES)]) == 1

    told = capsys.readouterr().out
    assert "D1: as expected." in told
    assert 'D2: expected {"last_day": "2026-08-05"}, got {"last_day": "2026-08-04"}.' in told
    assert "[bold]moons[/bold]" in told
    assert "D4: as expected. Nothing reads colour." in told
    assert "2 of 4 examples" in told


def test_all_good_is_success(tmp_path: Path) -> None:
    assert main(["deadlines", "explain", "--file", a_file(tmp_path, EXAMPLES[0])]) == 0


@pytest.mark.parametrize("content", ["", "nonsense", "[]", '{"examples": 1}', "\xff", "[" * 100_000])
def test_a_file_of_something_else_is_a_mistake_in_use(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "examples.json"
    path.write_bytes(content.encode("latin-1"))

    assert main(["deadlines", "explain", "--file", str(path)]) == 2
    assert capsys.readouterr().err.startswith(f"balcao: {path}")


def test_a_missing_file_is_a_mistake_in_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["deadlines", "explain", "--file", str(tmp_path / "gone.json"), "--json"]) == 2
    assert "cannot be read" in json.loads(capsys.readouterr().out)["error"]

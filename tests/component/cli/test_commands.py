"""The commands, each run as an operator does: in a process of its own, on a data folder of its own."""

import json
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from balcao.testing.servers import Operator


def balcao(folder: Path, *arguments: str, url: str = "", typed: str = "") -> "subprocess.CompletedProcess[str]":
    return Operator(folder, database_url=url).run(*arguments, typed=typed)


def printed(completed: "subprocess.CompletedProcess[str]") -> list[Any]:
    assert completed.returncode == 0, completed.stderr
    return [json.loads(line) for line in completed.stdout.splitlines()]


def agents(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute("SELECT email FROM staff_agent ORDER BY id")]


def test_an_unknown_command_is_a_mistake_in_use(tmp_path: Path) -> None:
    assert balcao(tmp_path, "frobnicate").returncode == 2


def test_a_setting_that_is_wrong_is_named(tmp_path: Path) -> None:
    refused = balcao(tmp_path, "migrate", url="mysql://db.example/desk")
    assert refused.returncode == 78
    assert refused.stderr == "balcao: DATABASE_URL must start with sqlite:/// or postgresql://.\n"


def test_a_database_that_does_not_answer_is_a_temporary_failure(tmp_path: Path) -> None:
    assert balcao(tmp_path, "migrate", url="postgresql://balcao@127.0.0.1:1/desk").returncode == 75


def test_a_database_that_is_not_set_up_is_told_apart(tmp_path: Path) -> None:
    refused = balcao(tmp_path, "agent", "create", "ana@shop.example")
    assert refused.returncode == 78
    assert "balcao migrate" in refused.stderr


def test_migrate_agent_backup_and_restore_on_sqlite(tmp_path: Path) -> None:
    database = tmp_path / "balcao.sqlite3"
    assert len(printed(balcao(tmp_path, "migrate", "--json"))[0]["applied"]) > 10
    assert printed(balcao(tmp_path, "--json", "migrate")) == [{"applied": []}]

    ana = printed(balcao(tmp_path, "agent", "create", "ana@shop.example", "--role", "admin", "--json"))[0]
    assert (ana["email"], ana["role"]) == ("ana@shop.example", "admin")
    assert len(ana["password"]) >= 12
    assert balcao(tmp_path, "agent", "create", "Ana@shop.example").returncode == 1

    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "photo.jpg").write_bytes(b"a broken vase")
    saved = printed(balcao(tmp_path, "backup", "--json"))[0]
    assert Path(saved["archive"]).stat().st_mode & 0o077 == 0

    printed(balcao(tmp_path, "agent", "create", "bruno@shop.example", "--password-file", "-", "--json", typed="x" * 12))
    (tmp_path / "files" / "photo.jpg").unlink()
    assert agents(database) == ["ana@shop.example", "bruno@shop.example"]

    assert balcao(tmp_path, "restore", saved["archive"]).returncode == 1
    assert agents(database) == ["ana@shop.example", "bruno@shop.example"]
    printed(balcao(tmp_path, "restore", "--replace", saved["archive"], "--json"))
    assert agents(database) == ["ana@shop.example"]
    assert (tmp_path / "files" / "photo.jpg").read_bytes() == b"a broken vase"


def test_backup_and_restore_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    def run(*arguments: str) -> list[Any]:
        return printed(balcao(tmp_path, *arguments, "--json", url=postgres_url))

    run("migrate")
    run("agent", "create", "ana@shop.example", "--role", "admin")
    saved = run("backup")[0]
    run("agent", "create", "bruno@shop.example")
    run("restore", "--replace", saved["archive"])
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT email FROM staff_agent").fetchall() == [("ana@shop.example",)]


def test_an_archive_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "photos.tar.gz").write_bytes(b"not an archive")
    refused = balcao(tmp_path, "restore", str(tmp_path / "photos.tar.gz"))
    assert refused.returncode == 1
    assert "is no backup of Balcão" in refused.stderr


@pytest.mark.parametrize("broken", [False, True])
def test_the_doctor_says_what_is_broken_and_what_to_do(tmp_path: Path, *, broken: bool) -> None:
    if not broken:
        balcao(tmp_path, "migrate")
    seen = balcao(tmp_path, "doctor", "--json")
    findings = [json.loads(line) for line in seen.stdout.splitlines()]
    failed = [finding for finding in findings if finding["state"] == "failed"]
    assert seen.returncode == int(broken)
    assert [finding["advice"] for finding in failed] == (["Run: balcao migrate"] if broken else [])

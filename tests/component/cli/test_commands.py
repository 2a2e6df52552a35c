"""The commands, each run as an operator does: in a process of its own, on a data folder of its own."""

import io
import json
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import psycopg

from balcao.testing.servers import Operator


def agents(operator: Operator) -> list[str]:
    with closing(sqlite3.connect(operator.folder / "balcao.sqlite3")) as connection:
        return [row[0] for row in connection.execute("SELECT email FROM staff_agent ORDER BY id")]


def test_an_unknown_command_is_a_mistake_in_use(tmp_path: Path) -> None:
    assert Operator(tmp_path).run("frobnicate").returncode == 2


def test_a_setting_that_is_wrong_is_named(tmp_path: Path) -> None:
    refused = Operator(tmp_path, database_url="mysql://db.example/desk").run("migrate")
    assert refused.returncode == 78
    assert refused.stderr == "balcao: DATABASE_URL must start with sqlite:/// or postgresql://.\n"


def test_a_database_that_does_not_answer_is_a_temporary_failure(tmp_path: Path) -> None:
    assert Operator(tmp_path, database_url="postgresql://balcao@127.0.0.1:1/desk").run("migrate").returncode == 75


def test_a_database_that_is_not_set_up_is_told_apart(tmp_path: Path) -> None:
    refused = Operator(tmp_path).run("agent", "create", "ana@shop.example")
    assert refused.returncode == 78
    assert "balcao migrate" in refused.stderr


def test_an_agent_is_created_once_with_a_password_that_is_shown(operator: Operator) -> None:
    [ana] = operator.results("agent", "create", "ana@shop.example", "--role", "admin")
    assert (ana["email"], ana["role"]) == ("ana@shop.example", "admin")
    assert len(ana["password"]) >= 12
    assert operator.run("agent", "create", "Ana@shop.example").returncode == 1
    assert agents(operator) == ["ana@shop.example"]


def test_a_password_that_was_given_is_not_shown(operator: Operator) -> None:
    [bruno] = operator.results("agent", "create", "bruno@shop.example", "--password-file", "-", typed="correct horse\n")
    assert "password" not in bruno


def test_restore_brings_back_database_and_files_as_they_were(operator: Operator) -> None:
    photo = operator.folder / "files" / "photo.jpg"
    photo.parent.mkdir()
    photo.write_bytes(b"a broken vase")
    operator.results("agent", "create", "ana@shop.example")
    [saved] = operator.results("backup")
    assert Path(saved["archive"]).stat().st_mode & 0o077 == 0

    operator.results("agent", "create", "bruno@shop.example")
    photo.unlink()
    assert operator.run("restore", saved["archive"]).returncode == 1
    assert agents(operator) == ["ana@shop.example", "bruno@shop.example"]

    operator.results("restore", "--replace", saved["archive"])
    assert agents(operator) == ["ana@shop.example"]
    assert photo.read_bytes() == b"a broken vase"


def test_backup_and_restore_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    operator = Operator(tmp_path, database_url=postgres_url)
    operator.results("migrate")
    [saved] = operator.results("backup")
    operator.results("agent", "create", "bruno@shop.example")
    operator.results("restore", "--replace", saved["archive"])
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT email FROM staff_agent").fetchall() == []


def test_an_archive_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "photos.tar.gz").write_bytes(b"not an archive")
    refused = Operator(tmp_path).run("restore", str(tmp_path / "photos.tar.gz"))
    assert refused.returncode == 1
    assert "is no backup of Balcão" in refused.stderr


def test_an_archive_cannot_write_outside_its_folder(operator: Operator) -> None:
    [saved] = operator.results("backup")
    forged = operator.folder / "forged.tar.gz"
    with tarfile.open(saved["archive"]) as honest, tarfile.open(forged, "w:gz") as archive:
        for member in honest:
            archive.addfile(member, honest.extractfile(member))
        archive.addfile(tarfile.TarInfo("files/../../../outside"), io.BytesIO())
    refused = operator.run("restore", "--replace", str(forged))
    assert refused.returncode == 1
    assert "outside its folder" in refused.stderr
    assert agents(operator) == []


def findings(operator: Operator) -> tuple[int, list[str]]:
    seen = operator.run("doctor", "--json")
    found = [json.loads(line) for line in seen.stdout.splitlines()]
    return seen.returncode, [finding["advice"] for finding in found if finding["state"] == "failed"]


def test_the_doctor_finds_a_sound_installation_well(operator: Operator) -> None:
    assert findings(operator) == (0, [])


def test_the_doctor_says_what_to_do_about_a_missing_migration(tmp_path: Path) -> None:
    assert findings(Operator(tmp_path)) == (1, ["Run: balcao migrate"])

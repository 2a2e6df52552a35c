import pytest

from balcao.kit.env import BadSetting
from balcao.project.database import database_settings


@pytest.mark.parametrize(
    "url,path",
    [
        ("sqlite:////srv/balcao/desk.sqlite3", "/srv/balcao/desk.sqlite3"),
        ("sqlite:///desk.sqlite3", "desk.sqlite3"),
        ("sqlite:////srv/my%20shop/desk.sqlite3", "/srv/my shop/desk.sqlite3"),
        ("sqlite:///:memory:", ":memory:"),
    ],
)
def test_sqlite_is_named_by_its_path(url: str, path: str) -> None:
    assert database_settings(url, pool_size=4)["NAME"] == path


def test_sqlite_is_durable_and_locks_when_a_transaction_begins() -> None:
    options = database_settings("sqlite:///desk.sqlite3", pool_size=4)["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert options["timeout"] == 20
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        assert f"PRAGMA {pragma}" in options["init_command"]


def test_postgresql_is_read_with_escapes_options_and_a_pool() -> None:
    read = database_settings("postgresql://ana:p%40ss@db.example:5433/desk?sslmode=require", pool_size=4)
    assert (read["USER"], read["PASSWORD"], read["HOST"], read["PORT"]) == ("ana", "p@ss", "db.example", "5433")
    assert read["NAME"] == "desk"
    assert read["OPTIONS"]["sslmode"] == "require"
    assert read["OPTIONS"]["pool"]["max_size"] == 4


def test_a_command_that_runs_for_a_moment_has_no_pool() -> None:
    assert "pool" not in database_settings("postgresql://db.example/desk", pool_size=0)["OPTIONS"]


def test_another_engine_is_refused() -> None:
    with pytest.raises(BadSetting, match="sqlite:/// or postgresql://"):
        database_settings("mysql://db.example/desk", pool_size=4)

"""A pytest plug-in: settings of their own for the tests, and real servers as fixtures."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from balcao.testing.servers import ImapServer, SmtpSink

# Settings are read as soon as Django is, which is before any conftest: so this stands at import.
_FOLDER = Path(tempfile.mkdtemp(prefix="balcao-tests-"))
_KEPT = ("BALCAO_TEST_", "BALCAO_CACHE_DIR")
for _name in [name for name in os.environ if name.startswith("BALCAO_") and not name.startswith(_KEPT)]:
    del os.environ[_name]
os.environ["BALCAO_DATA_DIR"] = str(_FOLDER)
os.environ["DATABASE_URL"] = os.environ.get("BALCAO_TEST_DATABASE_URL", f"sqlite:///{_FOLDER}/tests.sqlite3")


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """Hash passwords quickly, for the tests log in often; let properties take as long as a busy machine needs."""
    from django.conf import settings
    from hypothesis import settings as properties

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    properties.register_profile("balcao", deadline=None)
    properties.load_profile("balcao")


def pytest_unconfigure() -> None:
    """Remove what the tests wrote."""
    shutil.rmtree(_FOLDER, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[str]:
    """Give the URL of a PostgreSQL cluster: the one the tests run on, or one of our own."""
    from balcao.testing.servers import postgres

    given = os.environ.get("BALCAO_TEST_DATABASE_URL", "")
    if given.startswith("postgresql:"):
        yield given
        return
    with postgres() as url:
        yield url


@pytest.fixture
def postgres_url(postgres_cluster: str) -> Iterator[str]:
    """Give the URL of an empty PostgreSQL database of this test's own."""
    from balcao.testing.servers import new_database

    with new_database(postgres_cluster) as url:
        yield url


@pytest.fixture(scope="session")
def imap_server() -> Iterator["ImapServer"]:
    """Give a running IMAP server; use a mailbox name of your own in each test."""
    from balcao.testing.servers import imap

    with imap() as server:
        yield server


@pytest.fixture
def smtp_server() -> Iterator["SmtpSink"]:
    """Give a running SMTP server that records what it is sent."""
    from balcao.testing.servers import smtp

    with smtp() as sink:
        yield sink


@pytest.fixture
def smtp_to_imap(imap_server: "ImapServer") -> Iterator["SmtpSink"]:
    """Give a running SMTP server that delivers into the mailboxes of `imap_server`."""
    from balcao.testing.servers import smtp

    with smtp(imap_server) as sink:
        yield sink

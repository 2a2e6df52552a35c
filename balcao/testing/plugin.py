"""A pytest plug-in: settings of their own for the tests, and real servers as fixtures."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

# Settings are read as soon as Django is, which is before any conftest: so this stands at import.
_FOLDER = Path(tempfile.mkdtemp(prefix="balcao-tests-"))
for _name in [name for name in os.environ if name.startswith("BALCAO_") and not name.startswith("BALCAO_TEST_")]:
    del os.environ[_name]
os.environ["BALCAO_DATA_DIR"] = str(_FOLDER)
os.environ["DATABASE_URL"] = os.environ.get("BALCAO_TEST_DATABASE_URL", "sqlite:///:memory:")


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """Hash passwords quickly: the tests log in often."""
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_unconfigure() -> None:
    """Remove what the tests wrote."""
    shutil.rmtree(_FOLDER, ignore_errors=True)

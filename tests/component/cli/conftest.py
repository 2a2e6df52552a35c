"""An installation that is set up once and copied for each test: migrating from nothing takes seconds."""

import shutil
from pathlib import Path

import pytest

from balcao.testing.servers import Operator


@pytest.fixture(scope="session")
def set_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a database that was migrated from nothing."""
    operator = Operator(tmp_path_factory.mktemp("set-up"))
    [first] = operator.results("migrate")
    [again] = operator.results("migrate")
    assert len(first["applied"]) > 10
    assert again["applied"] == []
    return operator.folder / "balcao.sqlite3"


@pytest.fixture
def operator(tmp_path: Path, set_up: Path) -> Operator:
    """Give the operator of an installation that is set up and empty."""
    shutil.copy(set_up, tmp_path)
    return Operator(tmp_path)

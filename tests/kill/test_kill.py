"""Workers die at every named step and at random instants: each mail is stored once, each answer sent once at most."""

import os
from pathlib import Path

import pytest

from balcao.pipeline.steps import STEPS
from balcao.testing.torture import torture

ROUNDS = 120


@pytest.fixture
def database(tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """Give the engine that the tests run on, with a database of this test's own."""
    if os.environ.get("BALCAO_TEST_DATABASE_URL", "").startswith("postgresql:"):
        url: str = request.getfixturevalue("postgres_url")
        return url
    return f"sqlite:///{tmp_path}/shop.sqlite3"


@pytest.mark.slow
@pytest.mark.timeout(2400)  # it starts a worker anew for every death; on a busy machine that takes its time
def test_nothing_is_lost_and_nothing_doubled_whenever_a_worker_dies(database: str, tmp_path: Path) -> None:
    seed = int.from_bytes(os.urandom(4))
    report = torture(database=database, folder=tmp_path, rounds=ROUNDS, seed=seed)
    assert report.faults == [], f"seed {seed}"
    assert report.mails == 1 + 2 * ROUNDS
    # The test would prove nothing if nobody had died, or nothing had been sent.
    assert set(STEPS) | {"instant"} <= set(report.deaths)
    assert report.answers["sent"] > ROUNDS
    assert report.answers["uncertain"] > 0
    assert report.refunds["done"] > ROUNDS / 4
    assert report.webhooks["arrived"] > ROUNDS
    assert report.heard_again > 0
    assert report.breaches > 0

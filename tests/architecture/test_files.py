"""What must not stand in the repository, and what must."""

import re
import tomllib
from pathlib import Path

import pytest
from django.db.migrations.loader import MigrationLoader

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_pins_by_hash_and_names_no_host(lock: Path) -> None:
    text = lock.read_text()
    assert not re.search(r"://|--(?:extra-)?index-url|--find-links", text)
    requirements = re.findall(r"^[a-z].*?(?=^[a-z]|\Z)", text, re.MULTILINE | re.DOTALL)
    assert requirements
    assert [entry.split()[0] for entry in requirements if "--hash=sha256:" not in entry] == []


def test_the_locks_agree_on_what_they_share() -> None:
    pinned: dict[str, set[str]] = {}
    for lock in LOCKS:
        for name, version in re.findall(r"^([a-z][\w.-]*)==([^\s\\;]+)(?: ;.*)? \\$", lock.read_text(), re.MULTILINE):
            pinned.setdefault(name, set()).add(version)
    pinned.pop("numpy")  # one version for each Python
    assert {name: versions for name, versions in pinned.items() if len(versions) > 1} == {}


def test_migrations_are_one_line_in_each_module() -> None:
    assert MigrationLoader(None).detect_conflicts() == {}


def test_the_locks_hold_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    groups = {"runtime": [], "scale": ["redis", "s3"], "dev": ["dev"]}
    for name, extras in groups.items():
        wanted = [
            *project["dependencies"],
            *(one for extra in extras for one in project["optional-dependencies"][extra]),
        ]
        lock = (ROOT / "requirements" / f"{name}.lock").read_text()
        missing = [
            one for one in wanted if not re.search(rf"^{re.split(r'[\[<>=;]', one)[0].strip()}==", lock, re.MULTILINE)
        ]
        assert missing == [], f"run tools/lock: {name}.lock lacks {missing}"

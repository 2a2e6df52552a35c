"""What must not stand in the repository, and what must."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
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
    for name in ("numpy", "puremagic"):  # one version for each Python
        pinned.pop(name)
    assert {name: versions for name, versions in pinned.items() if len(versions) > 1} == {}


def test_migrations_are_one_line_in_each_module() -> None:
    assert MigrationLoader(None).detect_conflicts() == {}


def normal(requirement: str) -> str:
    """Return a requirement's name as lock files write it."""
    return re.split(r"[^\w.-]", requirement)[0].lower().replace("_", "-")


@pytest.fixture(scope="module")
def wanted() -> dict[str, set[str]]:
    """Give the names that pyproject.toml asks for, by the lock that has to hold them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    optional = project["optional-dependencies"]
    groups = {"runtime": [], "scale": [*optional["redis"], *optional["s3"]], "dev": optional["dev"]}
    ours = {lock: {normal(one) for one in [*project["dependencies"], *extra]} for lock, extra in groups.items()}
    tryton = [line for line in (ROOT / "requirements" / "tryton.in").read_text().splitlines() if line[:1].isalpha()]
    return {**ours, "tryton": {normal(one) for one in tryton}}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_the_locks_hold_every_dependency(lock: Path, wanted: dict[str, set[str]]) -> None:
    held = set(re.findall(r"^([\w.-]+)==", lock.read_text(), re.MULTILINE))
    assert wanted[lock.stem] - held == set(), "run tools/lock"


def imported(path: Path) -> set[str]:
    """Return the top-level names that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def test_what_the_package_imports_is_a_dependency_of_its_own(wanted: dict[str, set[str]]) -> None:
    paths = (path for path in (ROOT / "balcao").rglob("*.py") if not {"tests", "testing"} & set(path.parts))
    names = set().union(*(imported(path) for path in paths)) - sys.stdlib_module_names - {"balcao"}
    homes = packages_distributions()
    strangers = {name for name in names if not {normal(home) for home in homes.get(name, [])} & wanted["runtime"]}
    assert strangers - {"redis"} == set(), "add it to pyproject.toml and run tools/lock"

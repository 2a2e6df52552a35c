"""A real desk in processes of its own, and Debian's Chromium before it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from balcao.testing.servers import Operator, running_desk
from balcao.testing.servers.running import program

QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Take the system's browser; as root, which containers are, it needs to be told to do without its sandbox."""
    return {
        **browser_type_launch_args,
        "executable_path": program("chromium", package="chromium"),
        "args": ["--no-sandbox", "--disable-gpu", *QUIET],
    }


@pytest.fixture(scope="session")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Operator:
    """Give the one who runs the desk of all browser tests."""
    folder: Path = tmp_path_factory.mktemp("desk")
    return Operator(folder)


@pytest.fixture(scope="session")
def desk(operator: Operator) -> Iterator[str]:
    """Give the address of a desk with the demo shop on it."""
    with running_desk(operator, "--demo") as address:
        yield address


@pytest.fixture(scope="session")
def base_url(desk: str) -> str:
    """Let `page.goto("/")` mean the desk."""
    return desk

"""`balcao up`, run as an operator does: one foreground process, one port, stopped as a whole."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from balcao.testing.servers import free_port

ROOT = Path(__file__).resolve().parents[3]
Up = Callable[..., "subprocess.Popen[str]"]


@contextmanager
def running(folder: Path, *arguments: str, **environment: str) -> Iterator["subprocess.Popen[str]"]:
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    with subprocess.Popen(
        [sys.executable, "-m", "balcao.cli", "up", "--json", *arguments],
        env={**kept, "BALCAO_DATA_DIR": str(folder), **environment},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.communicate(timeout=30)


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    with ExitStack() as stack:

        def start(*arguments: str, **environment: str) -> "subprocess.Popen[str]":
            return stack.enter_context(running(tmp_path, *arguments, **environment))

        yield start


def address(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, process.stderr.read() if process.stderr else ""
    return str(json.loads(line)["address"])


def children(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def test_up_answers_on_its_port_and_stops_without_a_trace(up: Up) -> None:
    port = free_port()
    process = up("--port", str(port))
    assert address(process) == f"http://localhost:{port}"
    with urlopen(f"http://127.0.0.1:{port}/account/login/", timeout=30) as page:
        assert page.status == 200
        assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert len(children(process.pid)) == 2

    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=2)


def test_a_port_that_was_asked_for_and_is_taken_is_an_error(up: Up) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        process = up("--port", str(port))
        printed, _ = process.communicate(timeout=20)
    assert process.returncode == 1
    assert f"Port {port}" in json.loads(printed)["error"]


def test_without_a_wish_the_next_free_port_is_taken(up: Up) -> None:
    ports = [int(address(up()).rsplit(":", 1)[1]) for _ in range(2)]
    assert ports[0] >= 8000
    assert ports[1] > ports[0]

"""`balcao up`, run as an operator does: one foreground process, one port, stopped as a whole."""

import json
import signal
import socket
import subprocess
from collections.abc import Iterator
from urllib.request import urlopen

import pytest

from balcao.testing.servers import Operator, free_port, running_desk


@pytest.fixture
def process(operator: Operator) -> Iterator["subprocess.Popen[str]"]:
    with operator.start("up", "--json", "--port", str(free_port())) as started:
        yield started
        started.kill()


def children(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def test_up_answers_on_its_port_and_stops_without_a_trace(process: "subprocess.Popen[str]") -> None:
    assert process.stdout is not None
    address = json.loads(process.stdout.readline())["address"]
    with urlopen(f"{address}/account/login/", timeout=30) as page:
        assert page.status == 200
        assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert len(children(process.pid)) == 2

    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(address.rsplit(":", 1)[1])), timeout=2)


def test_a_port_that_was_asked_for_and_is_taken_is_an_error(operator: Operator) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        refused = operator.run("up", "--port", str(port))
    assert refused.returncode == 1
    assert f"Port {port}" in refused.stderr


def test_without_a_wish_the_next_free_port_is_taken(operator: Operator) -> None:
    with running_desk(operator) as first, running_desk(operator) as second:
        ports = [int(address.rsplit(":", 1)[1]) for address in (first, second)]
    assert 8000 <= ports[0] < ports[1]

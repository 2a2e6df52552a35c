"""The receiver of the documentation, run as it says, and the table of events."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.utils import timezone

from balcao.pipeline import webhooks
from balcao.webhooks.actions.delivering import ping
from balcao.webhooks.models import Delivery, Endpoint
from balcao.webhooks.rules.catalogue import EVENTS
from balcao.webhooks.rules.payload import called
from balcao.webhooks.types import DeliveryState

DOCS = Path(__file__).parents[3] / "docs"
RECEIVER = DOCS / "examples" / "webhooks" / "receive.py"
MakeEndpoint = Callable[..., Endpoint]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(port: int) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with socket.socket() as asking:
            if asking.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError


def test_the_receiver_of_the_documentation_takes_ours_once_and_no_others(
    make_endpoint: MakeEndpoint, tmp_path: Path
) -> None:
    port, now = free_port(), timezone.now()
    endpoint = make_endpoint("*", url=f"http://127.0.0.1:{port}/")
    stranger = make_endpoint("*", url=f"http://127.0.0.1:{port}/", name="another secret")
    environment = {**os.environ, "BALCAO_WEBHOOK_SECRET": endpoint.secret}  # type: ignore[attr-defined] # the fixture's
    command = [sys.executable, str(RECEIVER), str(port)]
    running = subprocess.Popen(command, env=environment, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    try:
        wait_for(port)
        for each in (endpoint, endpoint, stranger):
            ping(endpoint=each, now=now)
        webhooks.run_due(worker="test", now=timezone.now())
        Delivery.objects.filter(endpoint=endpoint).update(state=DeliveryState.QUEUED, due_at=now)
        webhooks.run_due(worker="test", now=timezone.now())
    finally:
        running.terminate()
        printed, _ = running.communicate(timeout=10)
    assert printed.splitlines() == [f"webhook.ping {{'endpoint_id': {endpoint.pk}, 'shop_id': None}}"] * 2
    assert set(Delivery.objects.filter(endpoint=stranger).values_list("last_status", flat=True)) == {401}


def test_the_documentation_names_every_event_and_all_it_tells(now: datetime) -> None:
    text = (DOCS / "webhooks.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z_.]+)` \| .*? \| (.*) \|$", text, flags=re.MULTILINE))
    told = {name: ", ".join(f"`{called(name, fact)}`" for fact in event.facts) for name, event in EVENTS.items()}
    assert {name: facts for name, facts in rows.items() if name in EVENTS} == told

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from balcao.jobs.backend import job
from balcao.jobs.models import Job, Lease
from balcao.jobs.types import JobState
from balcao.journal import actions as journal
from balcao.journal import queries
from balcao.journal.types import SYSTEM, Subject, SubjectKind
from balcao.notices.actions import tell
from balcao.notices.models import NoticeKind
from balcao.pipeline import sealing, steps
from balcao.pipeline.worker import Worker
from balcao.testing.factories import make_agent, make_shop

pytestmark = pytest.mark.django_db(transaction=True)


@job()
def greet(name: str) -> str:
    return f"Olá, {name}"


@pytest.fixture
def worker() -> Any:
    worker = Worker(threads=2)
    thread = threading.Thread(target=worker.run)
    thread.start()
    yield worker
    worker.stop()
    thread.join(20)
    assert not thread.is_alive()
    connections.close_all()


def soon(condition: Any, *, within: float = 15) -> bool:
    until = time.monotonic() + within
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_a_job_is_done_as_soon_as_it_is_there(worker: Worker) -> None:
    time.sleep(0.5)
    result = greet.enqueue("Ana")
    assert soon(lambda: Job.objects.get().state == JobState.DONE)
    result.refresh()
    assert result.return_value == "Olá, Ana"


def test_what_is_written_is_sealed(worker: Worker) -> None:
    journal.record(name="ticket.opened", at=timezone.now(), actor=SYSTEM, about=[])
    assert soon(lambda: queries.head_position() == 1)


def test_a_worker_that_stops_leaves_nothing_held() -> None:
    worker = Worker(threads=1)
    thread = threading.Thread(target=worker.run)
    thread.start()
    assert soon(Lease.objects.exists)
    worker.stop()
    thread.join(20)
    assert not thread.is_alive()
    assert not Lease.objects.exists()


def test_a_source_that_fails_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch, worker: Worker) -> None:
    def fail(*_: Any, **__: Any) -> int:
        raise ValueError("This source is broken.")

    monkeypatch.setattr("balcao.pipeline.inbound.run_due", fail)
    greet.enqueue("Bruno")
    assert soon(lambda: Job.objects.get().state == JobState.DONE)


@pytest.fixture
def silent_server(settings: Any) -> Iterator[threading.Event]:
    """Give a mail server that takes calls and says nothing; the event tells that somebody called."""
    called = threading.Event()
    held = []

    def answer() -> None:
        with suppress(OSError):
            held.append(listener.accept())
            called.set()

    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=answer)
    thread.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", listener.getsockname()[1], 6
    yield called
    with suppress(OSError):  # whoever waits for a call waits no more
        socket.create_connection(listener.getsockname(), timeout=1).close()
    listener.close()
    thread.join(5)
    for line, _ in held:
        line.close()


def test_a_mail_server_that_takes_its_time_keeps_only_notices_waiting(silent_server: threading.Event) -> None:
    # Given a notice whose mail is due
    now = timezone.now()
    subject = Subject(SubjectKind.TICKET, 1)
    elif_ = make_agent("Elif", shop=make_shop())
    tell(agents=[elif_], kind=NoticeKind.MENTION, subject=subject, facts={"number": 1}, now=now - timedelta(hours=1))
    worker = Worker(threads=1)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        # When the one who sends it waits for the server
        assert silent_server.wait(20)
        begun = time.monotonic()
        greet.enqueue("Elif")

        # Then everything else goes on
        assert soon(lambda: Job.objects.get().state == JobState.DONE, within=4)
        assert time.monotonic() - begun < 4
    finally:
        worker.stop()
        thread.join(20)
        connections.close_all()


def test_sealing_is_left_to_who_has_the_lease() -> None:
    journal.lease_sealer(worker="elif", now=timezone.now())
    journal.record(name="ticket.opened", at=timezone.now(), actor=SYSTEM, about=[])
    assert sealing.seal_now(worker="mehmet") == 0
    assert sealing.seal_now(worker="elif") == 1


def test_sigterm_ends_the_process_in_good_order() -> None:
    settings = connection.settings_dict
    url = f"sqlite:///{settings['NAME']}"
    if connection.vendor == "postgresql":
        url = f"postgresql://{settings['USER']}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"
    environment = {**os.environ, "DATABASE_URL": url}
    running = subprocess.Popen([sys.executable, "-m", "balcao.cli", "worker"], env=environment)
    try:
        assert soon(Lease.objects.exists, within=60)
        running.send_signal(signal.SIGTERM)
        assert running.wait(20) == 0
    finally:
        running.kill()
    assert not Lease.objects.exists()


def test_a_process_told_to_die_at_a_step_dies_there_at_the_right_time(tmp_path: Path) -> None:
    code = (
        "from balcao.pipeline.steps import reached\n"
        "for n in range(3):\n print(n, flush=True)\n reached('envelope.parsed')\n reached('envelope.kept')\n"
    )
    environment = {**os.environ, "BALCAO_FAULT_AT": "envelope.kept:2"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "0\n1\n")


def test_an_unknown_step_is_refused() -> None:
    with pytest.raises(ValueError, match="no step 'nowhere'"):
        steps.arm("nowhere")


def test_every_step_is_reached_somewhere() -> None:
    folder = Path(steps.__file__).parent
    code = "".join(path.read_text() for path in folder.rglob("*.py") if path.name != "steps.py")
    assert [step for step in steps.STEPS if f'reached("{step}")' not in code] == []

"""The supervisor is run in a process of its own: it forks, and takes the signals of its process."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SCRIPT = """
import os, sys, time
from balcao.cli.supervisor import Supervisor

def rest(role):
    os.write(1, f"{role} {os.getpid()}\\n".encode())
    time.sleep(60)

def die():
    raise SystemExit(3)

say = lambda text: os.write(1, f"{text}\\n".encode())
roles = {"web": lambda: rest("web"), "worker": die if "dying" in sys.argv else lambda: rest("worker")}
sys.exit(Supervisor(roles, say=say).run())
"""


@contextmanager
def supervisor(*arguments: str) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-c", SCRIPT, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def started(process: "subprocess.Popen[str]", count: int = 2) -> dict[str, int]:
    assert process.stdout is not None
    lines = [process.stdout.readline().split() for _ in range(count)]
    return {role: int(pid) for role, pid in lines}


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def soon(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_all_stop_when_the_foreground_process_is_told_to() -> None:
    for told in (signal.SIGTERM, signal.SIGINT):
        with supervisor() as process:
            pids = started(process)
            process.send_signal(told)
            assert process.wait(10) == 0
            assert all(is_gone(pid) for pid in pids.values())


def test_a_child_that_dies_is_started_again() -> None:
    with supervisor() as process:
        pids = started(process)
        os.kill(pids["worker"], signal.SIGKILL)
        assert process.stdout is not None
        assert process.stdout.readline() == "The worker process ended (SIGKILL).\n"
        again = started(process, 1)
        assert again["worker"] != pids["worker"]
        assert not is_gone(pids["web"])


def test_a_child_that_keeps_dying_ends_all() -> None:
    with supervisor("dying") as process:
        printed, _ = process.communicate(timeout=30)
        assert process.returncode == 1
        assert printed.count("The worker process ended (exit code 3).") == 5
        # Nobody knows whether the first death or the other process is heard of first.
        web = next(int(line.removeprefix("web ")) for line in printed.splitlines() if line.startswith("web "))
        assert soon(lambda: is_gone(web))


def test_children_do_not_outlive_a_foreground_process_that_was_killed() -> None:
    with supervisor() as process:
        pids = started(process)
        process.kill()
        process.wait(10)
        assert soon(lambda: all(is_gone(pid) for pid in pids.values()))

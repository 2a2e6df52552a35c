"""What all servers of the tests share: ports, folders, start and stop by process id."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_START_SECONDS = 20
_STOP_SECONDS = 10


class MissingServer(RuntimeError):
    """A program that the tests need is not installed, or did not start."""


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def program(name: str, *, folders: Sequence[str] = (), package: str) -> str:
    """Return the path of a program; raise MissingServer with the line that installs it."""
    path = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", os.defpath), *folders]))
    if path is None:
        raise MissingServer(f"{name} is not installed; run as root: apt-get install {package}")
    return path


@contextmanager
def open_folder(*, owner: str | None) -> Iterator[Path]:
    """Make a folder for a server's files, of another owner if we are root; remove it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="balcao-server-"))
    folder.chmod(0o755)
    try:
        if owner is not None and os.geteuid() == 0:
            shutil.chown(folder, owner)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def as_owner(command: Sequence[str], *, owner: str | None) -> list[str]:
    """Return a command that runs as `owner` if we are root, and that ends when we do."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return list(command)
    change = [f"--reuid={owner}", f"--regid={owner}", "--init-groups"] if owner and os.geteuid() == 0 else []
    return [setpriv, "--pdeathsig=TERM", *change, *command]


@contextmanager
def running(
    command: Sequence[str], *, port: int, log: Path, stop: signal.Signals, seconds: int = _START_SECONDS
) -> Iterator[None]:
    """Run a server while the block lasts: wait (seconds) until its port answers, stop it by signal afterwards."""
    with log.open("wb") as output:
        # In its own folder: what a server leaves where it stands goes with it.
        child = subprocess.Popen(
            command, cwd=log.parent, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        _wait_for(port, child=child, log=log, seconds=seconds)
        yield
    finally:
        _stop(child, stop)


def _wait_for(port: int, *, child: "subprocess.Popen[bytes]", log: Path, seconds: int) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and child.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise MissingServer(f"No server on port {port}: {log.read_text(errors='replace')[-2000:]}")


def _stop(child: "subprocess.Popen[bytes]", stop: signal.Signals) -> None:
    child.send_signal(stop)
    try:
        child.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()

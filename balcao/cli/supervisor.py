"""One foreground process that forks the others, restarts what dies and stops all of it together."""

import ctypes
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping

from balcao.cli.results import Exit

Role = Callable[[], object]

_HEARD = {signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM}
_RESTART_PAUSE = 1.0  # seconds
_DEATHS_ALLOWED = 5
_WITHIN = 60.0  # seconds
_GRACE = 15.0  # seconds from asking a process to stop to ending it
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)


class Supervisor:
    """Keep one process per role running until told to stop, or until one of them keeps dying."""

    def __init__(self, roles: Mapping[str, Role], *, say: Callable[[str], None]) -> None:
        self._roles = roles
        self._say = say
        self._children: dict[int, str] = {}
        self._deaths: dict[str, deque[float]] = {role: deque(maxlen=_DEATHS_ALLOWED) for role in roles}

    def run(self) -> Exit:
        """Run all roles; return when they have stopped."""
        signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
        # A blocked signal that is ignored by default would never be reported.
        for heard in (signal.SIGCHLD, signal.SIGALRM):
            signal.signal(heard, lambda *_: None)
        for role in self._roles:
            self._start(role)
        try:
            outcome = self._watch()
        finally:
            self._stop()
        return outcome

    def _start(self, role: str) -> None:
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            _become(self._roles[role], parent=parent)
        self._children[pid] = role

    def _watch(self) -> Exit:
        while True:
            heard = signal.sigwait(_HEARD)
            if heard not in {signal.SIGCHLD, signal.SIGALRM}:
                return Exit.OK
            for role, status in self._ended():
                self._say(f"The {role} process ended ({_reason(status)}).")
                if self._keeps_dying(role, now=time.monotonic()):
                    self._say(f"The {role} process keeps ending; see the lines above. Stopping.")
                    return Exit.FAILED
                signal.setitimer(signal.ITIMER_REAL, _RESTART_PAUSE)
            if heard == signal.SIGALRM:
                for role in self._roles.keys() - set(self._children.values()):
                    self._start(role)

    def _ended(self) -> list[tuple[str, int]]:
        ended = []
        while self._children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            if pid in self._children:
                ended.append((self._children.pop(pid), status))
        return ended

    def _keeps_dying(self, role: str, *, now: float) -> bool:
        deaths = self._deaths[role]
        deaths.append(now)
        return len(deaths) == _DEATHS_ALLOWED and now - deaths[0] < _WITHIN

    def _stop(self) -> None:
        self._signal(signal.SIGTERM)
        signal.setitimer(signal.ITIMER_REAL, _GRACE)
        while self._children:
            heard = signal.sigwait(_HEARD)
            if heard not in {signal.SIGCHLD, signal.SIGHUP}:  # time is up, or somebody is impatient
                self._signal(signal.SIGKILL)
            self._ended()
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _signal(self, number: signal.Signals) -> None:
        for pid in self._children:
            os.kill(pid, number)


def _become(role: Role, *, parent: int) -> None:
    """Run a role in the child that was just forked; never return."""
    code = 1
    try:
        for number in _HEARD:
            signal.signal(number, signal.SIG_DFL)
        _end_with(parent)
        # A Ctrl-C reaches the whole group: the children wait for their parent's word instead.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _HEARD)
        role()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001 - it ends here either way, with its traceback shown
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _end_with(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGTERM)
        if os.getppid() != parent:  # it ended before we could ask
            raise SystemExit(1)


def _reason(status: int) -> str:
    if os.WIFSIGNALED(status):
        return signal.Signals(os.WTERMSIG(status)).name
    return f"exit code {os.WEXITSTATUS(status)}"

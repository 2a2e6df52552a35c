"""What measures: a browser that keeps its connection, latencies, and the CPU time and memory of a tree of processes."""

import http.client
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

_WARM = 5  # requests that are not counted
_IDLE = 3.0  # seconds after which a new connection is made
_PATIENCE = 60.0  # seconds for one measure
_REFERENCE_TURNS = 300
_REFERENCE_SIZE = 3_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said."""

    status: int
    body: str
    address: str  # where it sends us next


@dataclass
class Browser:
    """One keep-alive connection with its cookies."""

    address: str
    cookies: dict[str, str] = field(default_factory=dict)
    _connection: http.client.HTTPConnection | None = None
    _asked_at: float = 0.0

    def get(self, path: str, **headers: str) -> Answer:
        """Ask for a page."""
        return self._ask("GET", path, None, headers)

    def post(self, path: str, form: dict[str, str], **headers: str) -> Answer:
        """Send a form, with the token against forgery."""
        token = {"csrfmiddlewaretoken": self.cookies.get("balcao_csrf", "")}
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Referer": self.address}
        return self._ask("POST", path, urlencode(form | token), headers | kind)

    def log_in(self, email: str, password: str) -> None:
        """Log in through the form, as an agent does."""
        self.get("/account/login/")
        answer = self.post("/account/login/", {"login": email, "password": password})
        if answer.status != http.client.FOUND:
            raise RuntimeError(f"The login was answered with {answer.status}.")

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        if time.monotonic() - self._asked_at > _IDLE:
            self._connection = None  # the server has closed it by now
        self._asked_at = time.monotonic()
        if self._connection is None:
            self._connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=120)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self._connection.request(method, path, body, sent)
        response = self._connection.getresponse()
        text = response.read().decode("utf-8", "replace")
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        if response.will_close:
            self._connection = None
        return Answer(response.status, text, response.getheader("Location") or "")


@dataclass(frozen=True, slots=True)
class Latencies:
    """How long some requests took, and the server's CPU time for each; milliseconds."""

    p50: float
    p95: float
    cpu: float


def percentile(values: Iterable[float], share: float) -> float:
    """Return the value below which a share of the values lies."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


Deed = Callable[[], object]


def latencies(deed: Deed, *, times: int, server: int) -> Latencies:
    """Do something again and again; charge the CPU time of a process and its children to it."""
    return side_by_side([(deed, server)], times=times)[0]


def side_by_side(deeds: Sequence[tuple[Deed, int]], *, times: int) -> list[Latencies]:
    """Do several things in turn, each against a server of its own: whatever else the machine does slows all alike."""
    for _ in range(_WARM):
        for deed, _server in deeds:
            deed()
    taken: list[list[float]] = [[] for _ in deeds]
    before, begun = [cpu_seconds(server) for _deed, server in deeds], time.perf_counter()
    while len(taken[0]) < times and time.perf_counter() - begun < _PATIENCE * len(deeds):
        for place, (deed, _server) in enumerate(deeds):
            start = time.perf_counter()
            deed()
            taken[place].append((time.perf_counter() - start) * 1000)
    spent = [cpu_seconds(server) - then for (_deed, server), then in zip(deeds, before, strict=True)]
    return [
        Latencies(percentile(each, 0.5), percentile(each, 0.95), cpu * 1000 / len(each))
        for each, cpu in zip(taken, spent, strict=True)
    ]


def children(pid: int) -> list[int]:
    """Return the children of a process, oldest first."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return sorted(int(child) for path in lists for child in path.read_text().split())


def tree(pid: int) -> Iterator[int]:
    """Yield a process and all below it."""
    yield pid
    for child in children(pid):
        yield from tree(child)


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process, its threads and all below it, to the nanosecond.

    Steady on a busy machine, where the time on the clock is not.
    """
    spent = 0
    for process in tree(pid):
        for task in Path(f"/proc/{process}/task").glob("*/schedstat"):
            try:
                spent += int(task.read_text().split()[0])
            except (OSError, IndexError):  # it has just ended
                continue
    return spent / 1e9


def memory(pid: int) -> float:
    """Return the memory of a process and all below it in MB, what they share counted once (PSS)."""
    kilobytes = 0
    for process in tree(pid):
        found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{process}/smaps_rollup").read_text(), re.MULTILINE)
        kilobytes += int(found[1]) if found else 0
    return kilobytes / 1024


def reference() -> float:
    """Return how long this processor takes for a fixed piece of plain Python, in milliseconds of CPU.

    On a shared host it varies by half and more within minutes: figures of two runs compare only beside it.
    """
    spent = []
    for _ in range(_REFERENCE_TURNS):
        begun = time.process_time()
        kept = {str(number): [number] for number in range(_REFERENCE_SIZE)}
        spent.append((time.process_time() - begun) * 1000)
        kept.clear()
    return percentile(spent, 0.5)


@contextmanager
def clock() -> Iterator[Callable[[], float]]:
    """Give a function that tells the seconds since the block began."""
    begun = time.perf_counter()
    yield lambda: time.perf_counter() - begun

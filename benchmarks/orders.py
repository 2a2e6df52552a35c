"""O1 and O3: the order beside a ticket, and orders found by what people know of them, against the running desk."""

from collections.abc import Callable, Iterator
from itertools import count

from balcao.testing.servers import Operator
from benchmarks.bought import TICKETS, account, buyer_of, number_of, tracking_of, writers
from benchmarks.client import Answer, Browser, Latencies, latencies
from benchmarks.corpus import EMAIL, FIRST_NUMBER, LONG_TICKET, PASSWORD
from benchmarks.report import Measured
from benchmarks.stage import Desk, desk, filled

_TIMES = 100
_STEP = 6_151  # a prime: each question is about another order, all over the table
_MANY = {"BALCAO_API_REQUESTS_A_MINUTE": "1000000"}


def measure(engine: str, size: int, wanted: set[str]) -> Iterator[Measured]:
    """Measure with so many orders."""
    with filled(engine, size, "orders") as operator:
        secret = _token(operator)
        operator.settings.update(_MANY)
        with desk(operator) as running:
            browser = Browser(running.address)
            browser.log_in(EMAIL, PASSWORD)
            if "O1" in wanted:
                yield from _beside(engine, size, running, browser)
            if "O3" in wanted:
                yield from _found(engine, size, running, browser, secret)


def _token(operator: Operator) -> str:
    made = operator.results("token", "create", "Bench", "--agent", EMAIL, "--scope", "orders.read")
    return str(made[0]["secret"])


def _beside(engine: str, size: int, running: Desk, browser: Browser) -> Iterator[Measured]:
    page = f"/tickets/{FIRST_NUMBER + TICKETS}/"
    card = f"{page}orders/"
    parts = {"HX-Request": "true"}
    shown = _expect(browser.get(card, **parts), number_of(0)[:3])
    found = _timed(running, lambda: browser.get(card, **parts))
    note = f"{len(shown.body) / 1024:.0f} kB"
    yield Measured("O1-card", engine, found.p50, size, found.p95, found.cpu, note)
    whole = _expect(browser.get(page), number_of(0)[:3])
    found = _timed(running, lambda: browser.get(page))
    note = f"{whole.body.count('<article')} of {LONG_TICKET} messages, with the list beside it"
    yield Measured("O1-ticket", engine, found.p50, size, found.p95, found.cpu, note)


def _found(engine: str, size: int, running: Desk, browser: Browser, secret: str) -> Iterator[Measured]:
    bearer = {"Authorization": f"Bearer {secret}"}
    for key, address in _QUESTIONS.items():
        places = (number * _STEP % size for number in count(1))

        def ask(address: Callable[[int, int], str] = address, places: Iterator[int] = places) -> None:
            place = next(places)
            _expect(browser.get(f"/api/v1/orders?{address(place, size)}", **bearer), number_of(place))

        found = _timed(running, ask)
        yield Measured(key, engine, found.p50, size, found.p95, found.cpu)


def _buyer(place: int, size: int) -> tuple[str, str, str]:
    buyer = account(buyer_of(place, size), writers())
    return buyer.email, buyer.phone.replace("+", "%2B").replace(" ", ""), buyer.tax_id


_QUESTIONS: dict[str, Callable[[int, int], str]] = {
    "O3-email": lambda place, size: f"email={_buyer(place, size)[0]}",
    "O3-phone": lambda place, size: f"phone={_buyer(place, size)[1]}",
    "O3-tax": lambda place, size: f"tax_id={_buyer(place, size)[2]}",
    "O3-number": lambda place, _size: f"number={number_of(place)}",
    "O3-tracking": lambda place, _size: f"tracking={tracking_of(place)}",
}


def _timed(running: Desk, deed: Callable[[], object]) -> Latencies:
    return latencies(deed, times=_TIMES, server=running.web)


def _expect(answer: Answer, holds: str) -> Answer:
    if answer.status != 200 or holds not in answer.body:
        raise RuntimeError(f"The desk answered with {answer.status}, without {holds}: {answer.body[:500]}")
    return answer

"""O1 and O3: the order beside a ticket, and orders found by what people know of them, against the running desk."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count

from benchmarks.bought import TICKETS, account, buyer_of, number_of, tracking_of, writers
from benchmarks.client import Answer, Browser, Deed, side_by_side
from benchmarks.corpus import EMAIL, FIRST_NUMBER, LONG_TICKET, PASSWORD
from benchmarks.report import Measured
from benchmarks.stage import Desk, desk, filled

_TIMES = 100
_PREFIX = number_of(0)[:3]  # every order's number begins so
_STEP = 6_151  # a prime: each question is about another order, all over the table
_MANY = {"BALCAO_API_REQUESTS_A_MINUTE": "1000000"}


@dataclass(frozen=True, slots=True)
class _House:
    """A desk with so many orders, and who asks it."""

    size: int
    running: Desk
    browser: Browser
    secret: str


def measure(engine: str, sizes: Sequence[int], wanted: set[str]) -> Iterator[Measured]:
    """Measure with few and with many orders, both desks asked in turn: the ratio holds on a busy machine, too."""
    with ExitStack() as open_ones:
        houses = [open_ones.enter_context(_house(engine, size)) for size in sizes]
        if "O1" in wanted:
            yield from _beside(engine, houses)
        if "O3" in wanted:
            yield from _found(engine, houses)


@contextmanager
def _house(engine: str, size: int) -> Iterator[_House]:
    with filled(engine, size, "orders") as operator:
        made = operator.results("token", "create", "Bench", "--agent", EMAIL, "--scope", "orders.read")
        operator.settings.update(_MANY)
        with desk(operator) as running:
            browser = Browser(running.address)
            browser.log_in(EMAIL, PASSWORD)
            yield _House(size, running, browser, str(made[0]["secret"]))


def _beside(engine: str, houses: Sequence[_House]) -> Iterator[Measured]:
    page = f"/tickets/{FIRST_NUMBER + TICKETS}/"
    for key, address, headers in (("O1-card", f"{page}orders/", {"HX-Request": "true"}), ("O1-ticket", page, {})):
        shown = [_expect(house.browser.get(address, **headers), _PREFIX) for house in houses]
        deeds = [partial(house.browser.get, address, **headers) for house in houses]
        notes = [_shown(one) for one in shown]
        yield from _measured(key, engine, houses, deeds, notes)


def _shown(answer: Answer) -> str:
    said = answer.body.count("<article")
    return f"{said} of {LONG_TICKET} messages, with the list beside it" if said else f"{len(answer.body) // 1024} kB"


def _found(engine: str, houses: Sequence[_House]) -> Iterator[Measured]:
    for key, address in _QUESTIONS.items():
        yield from _measured(key, engine, houses, [_asking(house, address) for house in houses], [""] * len(houses))


def _asking(house: _House, address: Callable[[int, int], str]) -> Deed:
    places = (number * _STEP % house.size for number in count(1))
    bearer = {"Authorization": f"Bearer {house.secret}"}

    def ask() -> None:
        place = next(places)
        _expect(house.browser.get(f"/api/v1/orders?{address(place, house.size)}", **bearer), number_of(place))

    return ask


def _measured(
    key: str, engine: str, houses: Sequence[_House], deeds: Sequence[Deed], notes: Sequence[str]
) -> Iterator[Measured]:
    pairs = [(deed, house.running.web) for deed, house in zip(deeds, houses, strict=True)]
    for house, found, note in zip(houses, side_by_side(pairs, times=_TIMES), notes, strict=True):
        yield Measured(key, engine, found.p50, house.size, found.p95, found.cpu, note)


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


def _expect(answer: Answer, holds: str) -> Answer:
    if answer.status != 200 or holds not in answer.body:
        raise RuntimeError(f"The desk answered with {answer.status}, without {holds}: {answer.body[:500]}")
    return answer

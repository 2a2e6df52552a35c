"""How far the signals of a return add up. The score sends it to a person; it refuses nothing and says nothing."""

from dataclasses import dataclass

from balcao.returns.types import Finding, Risk, Signal

MOST = 100
LIGHTER_BY = 0.10  # of the weight that was sent out
_RATE_TIMES = 3
_RATE_ORDERS = 5
_DENIALS = 2  # within twelve months
_POINTS = {
    Signal.WEIGHT: 40,
    Signal.SERIAL: 60,
    Signal.RATE: 30,
    Signal.SHARED: 25,
    Signal.DENIED_RECEIPT: 40,
    Signal.OTHER_PAYEE: 50,
    Signal.FIRST_AND_DEAR: 20,
}


@dataclass(frozen=True, slots=True)
class RiskFacts:
    """What is known of a return and its customer; None and "": not known, which never counts against anybody."""

    grams_sent: int | None = None
    grams_found: int | None = None
    serial_sold: str = ""
    serial_found: str = ""
    orders: int = 0  # of the customer
    returned: int = 0  # of these, how many came back
    segment_rate: float | None = None  # returned orders of all orders like theirs
    accounts_beside: int = 0  # others on the same address, device or payout key
    denied_receipts: int = 0  # in the last twelve months, against a signed or located delivery
    is_other_payee: bool = False
    is_first_order: bool = False
    worth: int = 0  # minor units
    high_worth: int | None = None  # from where the shop looks twice; None: never


def is_lighter(*, grams_sent: int | None, grams_found: int | None) -> bool:
    """Tell whether a parcel weighs more than a tenth less than what was sent out."""
    if grams_sent is None or grams_found is None:
        return False
    return grams_found < grams_sent * (1 - LIGHTER_BY)


def is_other_serial(*, sold: str, found: str) -> bool:
    """Tell whether two serial numbers differ by more than spacing and case; one that is not known differs from none."""
    plain_sold, plain_found = ("".join(serial.split()).upper() for serial in (sold, found))
    return bool(plain_sold and plain_found) and plain_sold != plain_found


def risk_of(facts: RiskFacts) -> Risk:
    """Return the score with every signal that was seen, the weightiest first."""
    seen = {
        Signal.WEIGHT: _weight(facts),
        Signal.SERIAL: _serial(facts),
        Signal.RATE: _rate(facts),
        Signal.SHARED: str(facts.accounts_beside) if facts.accounts_beside else "",
        Signal.DENIED_RECEIPT: str(facts.denied_receipts) if facts.denied_receipts >= _DENIALS else "",
        Signal.OTHER_PAYEE: "1" if facts.is_other_payee else "",
        Signal.FIRST_AND_DEAR: _first_and_dear(facts),
    }
    findings = [Finding(signal, _POINTS[signal], figures) for signal, figures in seen.items() if figures]
    findings.sort(key=lambda one: -one.points)
    return Risk(min(sum(one.points for one in findings), MOST), tuple(findings))


def _weight(facts: RiskFacts) -> str:
    is_light = is_lighter(grams_sent=facts.grams_sent, grams_found=facts.grams_found)
    return f"{facts.grams_found}/{facts.grams_sent}" if is_light else ""


def _serial(facts: RiskFacts) -> str:
    differs = is_other_serial(sold=facts.serial_sold, found=facts.serial_found)
    return f"{facts.serial_found}/{facts.serial_sold}" if differs else ""


def _rate(facts: RiskFacts) -> str:
    if facts.segment_rate is None or facts.orders < _RATE_ORDERS:
        return ""
    is_far_above = facts.returned > _RATE_TIMES * facts.segment_rate * facts.orders
    return f"{facts.returned}/{facts.orders}" if is_far_above else ""


def _first_and_dear(facts: RiskFacts) -> str:
    is_dear = facts.high_worth is not None and facts.worth >= facts.high_worth
    return str(facts.worth) if facts.is_first_order and is_dear else ""

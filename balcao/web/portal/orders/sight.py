"""What a visitor sees of an order at their level: the state at the first, everything once they are verified."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from balcao.commerce import queries
from balcao.commerce.models import LedgerEntry, Order
from balcao.commerce.rules import keys, verifying
from balcao.commerce.types import OPEN_LEDGER, Level
from balcao.ports import commerce as port
from balcao.ports import money
from balcao.ports.commerce import KeyKind, PaymentState
from balcao.returns.models import Return
from balcao.returns.queries.cases import returnable
from balcao.web.portal.orders import words


@dataclass(frozen=True)
class Sight:
    """An order as it is drawn for its customer."""

    row: Order
    value: port.Order
    level: Level
    now: datetime

    @property
    def is_verified(self) -> bool:
        """Tell whether everything may be shown."""
        return self.level >= Level.VERIFIED

    @property
    def promised_at(self) -> datetime | None:
        """Return when it was promised to arrive."""
        parcels = [one.promised_at for one in self.value.shipments if one.promised_at]
        return self.value.promised_at or max(parcels, default=None)

    @property
    def _is_paid(self) -> bool:
        held = (PaymentState.CAPTURED, PaymentState.AUTHORISED)
        return not self.value.total or any(p.state in held for p in self.value.payments if not p.is_refund)

    @property
    def _is_late(self) -> bool:
        return words.is_late(self.value.stage, self.promised_at, now=self.now)

    @property
    def headline(self) -> str:
        """Return how it stands."""
        return words.headline(self.value.stage, is_late=self._is_late, is_paid=self._is_paid)

    @property
    def story(self) -> str:
        """Return what that means."""
        return words.story(self.value.stage, is_late=self._is_late, is_paid=self._is_paid)

    @property
    def is_open(self) -> bool:
        """Tell whether it is still to come."""
        return self.value.stage not in (port.OrderStage.DELIVERED, port.OrderStage.CANCELLED)

    @property
    def track(self) -> list[tuple[str, str]]:
        """Return the steps of its way."""
        return words.track(self.value.stage)

    @property
    def carriers(self) -> str:
        """Return who brings it."""
        return ", ".join(dict.fromkeys(one.carrier for one in self.value.shipments if one.carrier))

    @property
    def count(self) -> int:
        """Return how many pieces there are."""
        return sum(line.quantity - money.gone(line) for line in self.value.lines)

    @property
    def invoice_url(self) -> str:
        """Return where the invoice can be fetched safely, "" where it cannot."""
        url = self.value.invoice_url
        return url if url.startswith("https://") else ""

    @property
    def email(self) -> str:
        """Return the customer's address, as far as it is one that can be written to."""
        found = keys.spelt(KeyKind.EMAIL, self.value.account.email, region="", secret="")
        return self.value.account.email if found else ""

    @property
    def masked_address(self) -> str:
        """Return the address that a code would go to, as it may be shown."""
        key = queries.verifying_key(self.row.account, began_at=self.now)
        return verifying.masked(key) if key else ""

    @property
    def address_lines(self) -> list[str]:
        """Return where it goes, line by line."""
        at = self.value.address
        street = " ".join(part for part in (at.line1, at.line2) if part)
        town = " ".join(part for part in (at.postcode, at.city, at.region) if part)
        return [part for part in (at.name, street, at.district, town) if part]

    @cached_property
    def can_send_back(self) -> bool:
        """Tell whether something of it can come back: it left, and not everything came back yet."""
        has_left = self.value.stage in (port.OrderStage.SHIPPED, port.OrderStage.DELIVERED)
        return has_left and any(returnable(self.row).values())

    @cached_property
    def returns(self) -> list[tuple[str, Return]]:
        """Return what comes back of it, by the number on its label."""
        rows = Return.objects.filter(order=self.row).order_by("-pk")[:10]
        return [(row.written, row) for row in rows]

    @property
    def under_way(self) -> list[LedgerEntry]:
        """Return what is being done to it."""
        return [one for one in queries.ledger_of_order(self.row, limit=10) if one.state in OPEN_LEDGER]

"""What every deed in Vendure needs: the order as it is there now, and how it ended."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from balcao.kit.i18n import N_
from balcao.plugins.commerce.vendure import graph
from balcao.plugins.commerce.vendure.reading import order_from
from balcao.plugins.commerce.vendure.session import Refused, Session
from balcao.ports.calling import mark_of
from balcao.ports.commerce import Address, Done, Order, Outcome

NO_SUCH_ORDER = N_("The order is not in Vendure any more.")
OTHER_PRICE = N_("Vendure reckons another sum than was shown, so nothing was changed. Change the order in Vendure.")

Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Deed:
    """An action on its way: to which Vendure, on which order as we know it, and by which key it is known again."""

    session: Session
    key: str
    known: Order | None = None

    @property
    def order(self) -> Order:
        """Return the order as it was shown to whoever agreed."""
        if self.known is None:
            raise Refused("ORDER_NOT_FOUND", NO_SUCH_ORDER)
        return self.known

    def now(self) -> Raw:
        """Return the order as Vendure has it now; raise `Refused` when it is gone."""
        raw: Raw | None = self.session.ask(graph.ONE_ORDER, id=self.order.ref)["order"]
        if raw is None:
            raise Refused("ORDER_NOT_FOUND", NO_SUCH_ORDER)
        return raw

    def done(self, *, is_whole: bool = True, detail: str = "", ref: str = "") -> Done:
        """Return how it ended, with the order as it stands now; not `is_whole`: somebody has to finish it."""
        after = order_from(self.now(), dashboard=self.session.config.dashboard)
        return Done(Outcome.DONE if is_whole else Outcome.PARTLY, after, ref=ref, detail=detail)


def is_traced(raw: Mapping[str, Any], key: str) -> bool:
    """Tell whether a deed left anything in an order: in its notes, reasons or modifications."""
    return f"[{mark_of(key)}" in json.dumps(raw)


def address_fields(address: Address) -> dict[str, str]:
    """Return an address as Vendure takes it; the district has no place of its own there."""
    second = ", ".join(part for part in (address.line2, address.district) if part)
    fields = {
        "fullName": address.name,
        "streetLine1": address.line1,
        "streetLine2": second,
        "city": address.city,
        "province": address.region,
        "postalCode": address.postcode,
        "phoneNumber": address.phone,
    }
    return {**fields, "countryCode": address.country.upper()} if len(address.country) == len("BR") else fields

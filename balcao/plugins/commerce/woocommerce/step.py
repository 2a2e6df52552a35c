"""What every action on a WooCommerce order needs: the order as it stands, and the mark."""

from dataclasses import dataclass
from typing import Any

from balcao.kit.i18n import N_
from balcao.plugins.commerce.woocommerce import finding
from balcao.plugins.commerce.woocommerce.finding import Seen
from balcao.ports.calling import fault
from balcao.ports.commerce import CommerceError, Done, Link, Order, Outcome

GONE = N_("The order is not in WooCommerce any more.")


@dataclass(frozen=True, slots=True)
class Step:
    """One action under way."""

    link: Link
    key: str
    mark: str
    seen: Seen | None = None

    @property
    def order(self) -> Seen:
        """Return the order as it stood when the action began."""
        if self.seen is None:
            raise fault(GONE, "gone", permanent=True)
        return self.seen

    @property
    def path(self) -> str:
        """Return where the order is."""
        return f"/orders/{self.order.raw['id']}"

    def marked(self, value: str = "done", **other: str) -> list[dict[str, Any]]:
        """Return the mark, and what else is to be remembered, as meta data."""
        return [{"key": f"_{self.mark}", "value": value}, *({"key": name, "value": one} for name, one in other.items())]


def done(step: Step, *, ref: str = "", detail: str = "") -> Done:
    """Return that it happened, with the order as it stands now where that can be read."""
    outcome = Outcome.PARTLY if detail else Outcome.DONE
    return Done(outcome, after(step), ref=ref, detail=detail)


def after(step: Step) -> Order | None:
    """Return the order after a change. That it cannot be read does not undo the change: it is read later."""
    try:
        found = finding.order(str(step.order.raw["id"]), step.link)
    except CommerceError:
        return None
    return found.order if found else None


def note_of(words: str, mark: str) -> str:
    """Return a text that ends with the mark."""
    return f"{words.strip()} ({mark})".strip()

"""What every action on a Shopify order needs: the order as it stands, the mark, and what a refusal is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from balcao.kit.i18n import N_
from balcao.plugins.commerce.shopify import documents, finding
from balcao.plugins.commerce.shopify.finding import Seen
from balcao.plugins.commerce.shopify.graphql import change
from balcao.ports.calling import fault, readable
from balcao.ports.commerce import CommerceError, Done, Link, Order, Outcome

GONE = N_("The order is not in Shopify any more.")

_LONGEST_NOTE = 255


class Refused(Exception):
    """Shopify does not do it; nothing happened. The message is in its own words."""

    def __init__(self, message: str, code: str = "refused") -> None:
        super().__init__(message)
        self.code = code


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
    def ref(self) -> str:
        """Return the key of the order."""
        return str(self.order.raw["id"])

    def noted(self, value: str = "done") -> dict[str, str]:
        """Return the mark as a metafield of the order."""
        return {"namespace": "balcao", "key": self.mark, "type": "single_line_text_field", "value": value}

    def note(self, value: str) -> None:
        """Write the mark onto the order, by itself."""
        must(change(self.link.config, documents.MARK, {"metafields": [{**self.noted(value), "ownerId": self.ref}]}))


def must(answer: Mapping[str, Any], *, errors: str = "userErrors") -> Mapping[str, Any]:
    """Return a mutation's answer; raise `Refused` where it says why it did nothing."""
    wrong = answer[errors]
    if wrong:
        words = "; ".join(str(one["message"]) for one in wrong)
        raise Refused(readable(words), str(wrong[0].get("code") or "refused").lower())
    return answer


def done(step: Step, *, ref: str = "", detail: str = "") -> Done:
    """Return that it happened, with the order as it stands now where that can be read."""
    outcome = Outcome.PARTLY if detail else Outcome.DONE
    return Done(outcome, after(step), ref=ref, detail=detail)


def after(step: Step) -> Order | None:
    """Return the order after a change. That it cannot be read does not undo the change: it is read later."""
    try:
        found = finding.order(step.ref, step.link)
    except CommerceError:
        return None
    return found.order if found else None


def note_of(words: str, mark: str) -> str:
    """Return a note of at most 255 characters that ends with the mark."""
    sign = f" ({mark})"
    return words.strip()[: _LONGEST_NOTE - len(sign)] + sign

"""The backend: what Balcão asks, put to Tryton."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from balcao.plugins.commerce.tryton import cancelling, checking, finding, moving, products, refunding
from balcao.plugins.commerce.tryton.config import TrytonConfig
from balcao.plugins.commerce.tryton.deeds import Deed, has_complaint
from balcao.plugins.commerce.tryton.mapping import orders_of
from balcao.plugins.commerce.tryton.reading import papers
from balcao.plugins.commerce.tryton.rpc import Logins, Refused, Session
from balcao.ports.commerce import (
    Action,
    ActionKind,
    AddNote,
    Cancel,
    ChangeAddress,
    ChangeDefaultAddress,
    Changes,
    CommerceError,
    Done,
    KeyKind,
    Link,
    Order,
    Outcome,
    Product,
    Refund,
    RequestReturn,
)


def _noted(action: AddNote, deed: Deed) -> Done:
    if not deed.has_note():
        deed.note(action.text)
    return deed.done()


_DEEDS: dict[type[Action], Callable[[Any, Deed], Done]] = {
    AddNote: _noted,
    Cancel: cancelling.cancelled,
    ChangeAddress: moving.moved,
    ChangeDefaultAddress: moving.default_moved,
    Refund: refunding.refunded,
    RequestReturn: refunding.announced,
}


@dataclass(slots=True)
class Tryton:
    """Orders of a Tryton, through its JSON-RPC."""

    kind: ClassVar[str] = "tryton"
    label: ClassVar[str] = "Tryton"
    is_tried: ClassVar[bool] = True
    Config: ClassVar[type[Any]] = TrytonConfig

    logins: Logins = field(default_factory=dict, repr=False)
    page: int = finding.PAGE  # documents of each kind told at once

    def abilities(self, link: Link) -> frozenset[ActionKind]:
        """Say what Tryton's own documents can do."""
        return frozenset(action.kind for action in _DEEDS)

    def order(self, ref: str, link: Link) -> Order | None:
        """Return an order."""
        if not ref.isdigit():
            return None
        return next(iter(orders_of(papers(self._session(link), [int(ref)]))), None)

    def find(self, kind: KeyKind, value: str, link: Link, *, limit: int = 20) -> Sequence[Order]:
        """Return the newest orders that carry a key."""
        return finding.found(self._session(link), kind, value, limit)

    def changes(self, cursor: Mapping[str, Any], link: Link) -> Changes:
        """Return a page of what changed; Tryton calls nobody by itself, so it is asked."""
        return finding.changes(self._session(link), cursor, page=self.page)

    def product(self, ref: str, link: Link) -> Product | None:
        """Return a product."""
        found = products.products_of(self._session(link), [int(ref)] if ref.isdigit() else [])
        return found[0] if found else None

    def check(self, link: Link) -> Sequence[tuple[str, bool, str]]:
        """Try the settings in order."""
        return checking.checked(self._session(link))

    def perform(self, action: Action, order: Order | None, link: Link, *, key: str) -> Done:
        """Carry out an action; what was begun with this key is found again by its mark and brought to its end."""
        session = self._session(link)
        carry_out = _DEEDS.get(type(action))
        if carry_out is None:
            return Done(Outcome.REFUSED, code="not_able")
        try:
            return carry_out(action, Deed(session, key, order))
        except CommerceError as error:
            if session.has_written:  # half of it may be done: it is asked about, and goes on from there
                raise CommerceError(str(error), permanent=False, code="uncertain", uncertain=True) from error
            if isinstance(error, Refused):
                return Done(Outcome.REFUSED, detail=error.words, code=error.code)
            raise

    def recall(self, key: str, action: Action, order: Order | None, link: Link) -> Done | None:
        """Say what became of an action; one that was begun is brought to its end."""
        deed = Deed(self._session(link), key, order)
        if isinstance(action, ChangeDefaultAddress):
            return None  # to do it again changes nothing
        if isinstance(action, ChangeAddress):
            is_there = moving.is_moved(action, deed)
        else:
            is_there = has_complaint(deed) or deed.has_note()
        return self.perform(action, order, link, key=key) if is_there else None

    def _session(self, link: Link) -> Session:
        return Session(link.config, self.logins)

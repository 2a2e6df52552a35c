"""What all deeds share: the order as it stands now in Tryton, the marks they leave, the wizards they go through."""

from dataclasses import dataclass
from typing import Any

from balcao.kit.i18n import N_
from balcao.plugins.commerce.tryton import marks
from balcao.plugins.commerce.tryton.mapping import order_from
from balcao.plugins.commerce.tryton.reading import Papers, papers
from balcao.plugins.commerce.tryton.rpc import Refused, Session
from balcao.plugins.commerce.tryton.values import Row, target
from balcao.ports.calling import mark_of
from balcao.ports.commerce import Done, Order, Outcome

GONE = N_("Tryton does not know this order any more.")
NO_COMPLAINTS = N_("Tryton's module for complaints (sale_complaint) is not activated: returns and refunds need it.")


@dataclass(slots=True)
class Deed:
    """One thing to do, once for its key."""

    session: Session
    key: str
    asked: Order | None

    @property
    def order(self) -> Order:
        """Return the order as it was when the deed was asked for."""
        if self.asked is None or not self.asked.ref.isdigit():
            raise Refused(GONE, "gone")
        return self.asked

    def papers(self) -> Papers:
        """Return everything on the order as it stands now."""
        now = papers(self.session, [int(self.order.ref)])
        if not now.sales:
            raise Refused(GONE, "gone")
        return now

    def now(self, held: Papers | None = None) -> Order:
        """Return the order as it stands now."""
        return order_from(held or self.papers(), int(self.order.ref))

    def done(self, *, detail: str = "", ref: str = "") -> Done:
        """Return how it ended; with a detail, somebody in Tryton has to finish it."""
        return Done(Outcome.PARTLY if detail else Outcome.DONE, self.now(), ref=ref, detail=detail)

    def click(self, model: str, button: str, keys: list[int], *, is_sure: bool = False) -> None:
        """Press a button of documents."""
        if keys:
            self.session.ask(model, button, keys, writes=True, is_sure=is_sure)

    def note(self, text: str) -> None:
        """Leave a note with our mark on the order."""
        row = {"resource": f"sale.sale,{self.order.ref}", "message": marks.marked(text, self.key)}
        self.session.ask("ir.note", "create", [row], writes=True)

    def has_note(self) -> bool:
        """Tell whether the order has a note with our mark."""
        domain = [("resource", "=", f"sale.sale,{self.order.ref}"), ("message", "like", f"%{mark_of(self.key)}%")]
        return bool(self.session.ask("ir.note", "search", domain))

    def ignore(self, what: str) -> None:
        """Tell the order by its wizard that what was cancelled (`moves` or `invoices`) is not to be made again."""
        kind = {"moves": "shipment", "invoices": "invoice"}[what]
        key = int(self.order.ref)
        around: dict[str, Any] = {"active_model": "sale.sale", "active_id": key, "active_ids": [key]}
        wizard = f"wizard.sale.handle.{kind}.exception"
        number, state, _ = self.session.call(f"{wizard}.create")
        asked = self.session.call(f"{wizard}.execute", number, {}, state, **around)
        found = asked["view"]["defaults"][f"domain_{what}"]
        answer = {"ask": {f"domain_{what}": found, f"ignore_{what}": found, f"recreate_{what}": []}}
        self.session.call(f"{wizard}.execute", number, answer, "handle", writes=True, **around)
        self.session.call(f"{wizard}.delete", number)


def complain(deed: Deed, *, origin: str, action: Row, reason: str) -> tuple[str, int]:
    """Have a complaint with our mark do one thing; return what came of it, the same for the same key."""
    if not deed.session.has_model("sale.complaint"):
        raise Refused(NO_COMPLAINTS, "not_able")
    domain = [("reference", "=", mark_of(deed.key)), ("origin", "=", origin)]
    known = deed.session.search("sale.complaint", domain, ["state", "actions"])
    key = known[0]["id"] if known else _complaint(deed, origin, action, reason)
    state = known[0]["state"] if known else "draft"
    if state == "draft":
        # It warns that the order has other complaints: each is a matter of its own.
        deed.click("sale.complaint", "wait", [key], is_sure=True)
    if state in ("draft", "waiting"):
        deed.click("sale.complaint", "approve", [key])
    return _result(deed, key)


def has_complaint(deed: Deed) -> bool:
    """Tell whether there is a complaint with our mark."""
    if not deed.session.has_model("sale.complaint"):
        return False
    return bool(deed.session.ask("sale.complaint", "search", [("reference", "=", mark_of(deed.key))]))


def _complaint(deed: Deed, origin: str, action: Row, reason: str) -> int:
    row: dict[str, Any] = {
        "customer": int(deed.order.account.ref),
        "type": _kind(deed.session, target(origin)[0]),
        "origin": origin,
        "reference": mark_of(deed.key),
        "description": reason,
        "actions": [["create", [action]]],
    }
    (key,) = deed.session.ask("sale.complaint", "create", [row], writes=True)
    return int(key)


def _kind(session: Session, model: str) -> int:
    """Return the kind of complaint about such documents, made if there is none yet."""
    known = session.search("sale.complaint.type", [("origin.name", "=", model)], ["id"], limit=1)
    if known:
        return int(known[0]["id"])
    (document,) = session.ask("ir.model", "search", [("name", "=", model)])
    (key,) = session.ask("sale.complaint.type", "create", [{"name": "Balcão", "origin": document}], writes=True)
    return int(key)


def _result(deed: Deed, key: int) -> tuple[str, int]:
    """Return what a complaint made; a shop whose queue runs beside makes it a moment later."""
    (complaint,) = deed.session.read("sale.complaint", [key], ["state", "actions"]).values()
    if complaint["state"] == "approved":
        deed.click("sale.complaint", "process", [key])
        (complaint,) = deed.session.read("sale.complaint", [key], ["state", "actions"]).values()
    (action,) = deed.session.read("sale.complaint.action", complaint["actions"], ["result"]).values()
    return target(action["result"])

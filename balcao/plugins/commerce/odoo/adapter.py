"""The Odoo backend."""

import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from balcao.plugins.commerce.odoo import changes, checking, deeds, figures, finding, records
from balcao.plugins.commerce.odoo.config import OdooConfig
from balcao.plugins.commerce.odoo.reading import orders_from
from balcao.plugins.commerce.odoo.rpc import Refused, Rpc
from balcao.ports.calling import NOT_UNDERSTOOD, fault
from balcao.ports.commerce import Action, ActionKind, Changes, Done, Heard, KeyKind, Link, Order, Product
from balcao.ports.hooks import Forbidden, HookRequest

_ALWAYS = frozenset(
    {
        ActionKind.ADD_NOTE,
        ActionKind.ADD_TAG,
        ActionKind.CHANGE_ADDRESS,
        ActionKind.CHANGE_DEFAULT_ADDRESS,
        ActionKind.CANCEL,
        ActionKind.PLACE_ORDER,
    }
)


class Odoo:
    """Odoo 14 and newer, of your own or hosted by Odoo."""

    kind: ClassVar[str] = "odoo"
    label: ClassVar[str] = "Odoo"
    is_tried: ClassVar[bool] = False
    Config: ClassVar[type[Any]] = OdooConfig

    def abilities(self, link: Link) -> frozenset[ActionKind]:
        """Say what can be done; money goes back where invoices are kept, goods where deliveries are."""
        config: OdooConfig = link.config
        money = {ActionKind.REFUND} if config.has_invoices else set()
        goods = {ActionKind.REQUEST_RETURN} if config.has_stock else set()
        return _ALWAYS | money | goods

    def order(self, ref: str, link: Link) -> Order | None:
        """Return one order by its id."""
        try:
            return deeds.current(Rpc(link.config), ref)
        except Refused as refused:
            raise _no_answer(refused) from refused

    def find(self, kind: KeyKind, value: str, link: Link, *, limit: int = 20) -> Sequence[Order]:
        """Return the newest orders that carry a key."""
        rpc = Rpc(link.config)
        try:
            domain = finding.domain(rpc, kind, value)
            if domain is None:
                return ()
            papers = records.read(rpc, domain, limit=limit, order="date_order desc, id desc")
        except Refused as refused:
            raise _no_answer(refused) from refused
        return orders_from(papers, rpc.config)

    def changes(self, cursor: Mapping[str, Any], link: Link) -> Changes:
        """Return a page of what changed."""
        try:
            return changes.changed(Rpc(link.config), cursor, link.currency)
        except Refused as refused:
            raise _no_answer(refused) from refused

    def product(self, ref: str, link: Link) -> Product | None:
        """Return one product by the id of its template."""
        key = figures.number(ref)
        try:
            found = changes.products(Rpc(link.config), [key], link.currency) if key else []
        except Refused as refused:
            raise _no_answer(refused) from refused
        return found[0] if found else None

    def perform(self, action: Action, order: Order | None, link: Link, *, key: str) -> Done:
        """Carry out an action once."""
        return deeds.perform(Rpc(link.config), action, order, key)

    def recall(self, key: str, action: Action, order: Order | None, link: Link) -> Done | None:
        """Say what became of an action."""
        try:
            return deeds.recall(Rpc(link.config), key, action, order)
        except Refused as refused:
            raise _no_answer(refused) from refused

    def heard(self, request: HookRequest, link: Link) -> Heard:
        """Take the call of an automation rule ("send webhook notification"), which shows the secret in its address."""
        secret, config = request.query.get("secret", ""), link.config
        if not config.webhook_secret or not hmac.compare_digest(secret.encode(), config.webhook_secret.encode()):
            raise Forbidden
        try:
            body = json.loads(request.body)
        except ValueError:
            return Heard(status=400, body="no JSON")
        return _heard(body) if isinstance(body, dict) else Heard(status=400, body="no object")

    def check(self, link: Link) -> Sequence[tuple[str, bool, str]]:
        """Try the settings."""
        return list(checking.check(link.config))


def _heard(body: Mapping[str, Any]) -> Heard:
    """Return what a call is about: Odoo sends model and id, and the fields that the rule names."""
    model, key = str(body.get("_model", "")), figures.key(body.get("_id") or body.get("id"))
    orders = {"sale.order": key, "stock.picking": figures.key(body.get("sale_id"))}.get(model, 0)
    templates = {"product.template": key, "product.product": figures.key(body.get("product_tmpl_id"))}.get(model, 0)
    return Heard(
        orders=(str(orders),) if orders else (),
        products=(str(templates),) if templates else (),
    )


def _no_answer(refused: Refused) -> Exception:
    return fault(NOT_UNDERSTOOD, "protocol", permanent=True, words=refused.words)

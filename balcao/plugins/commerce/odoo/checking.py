"""Trying the settings out: the way to Odoo, the login, and each right that is needed, by name."""

from collections.abc import Callable, Iterator

from balcao.kit.i18n import N_
from balcao.plugins.commerce.odoo import records
from balcao.plugins.commerce.odoo.config import OdooConfig
from balcao.plugins.commerce.odoo.rpc import Refused, Rpc
from balcao.ports.calling import SCOPE, fault
from balcao.ports.commerce import CommerceError

WAY = N_("The way to Odoo")
LOGGING_IN = N_("Logging in")
READING = N_("Reading orders, customers and products")
DELIVERIES = N_("Reading and returning deliveries")
INVOICES = N_("Reading invoices and drafting credit notes")
WRITING = N_("Changing orders and addresses")
CALLS = N_("Calls from Odoo")
ENTER_SECRET = N_("Enter a secret of its calls, or changes are asked for every few minutes only.")

_ASKS_BY_HAS_ACCESS = 18

Result = tuple[str, bool, str]


def check(config: OdooConfig) -> Iterator[Result]:
    """Yield (what was tried, did it work, what to do) in order; what hangs on something that failed is not tried."""
    rpc = Rpc(config)
    rpc.forget()
    records.forget(rpc)
    way = _tried(WAY, lambda: rpc.version)
    yield way
    if not way[1]:
        return
    login = _tried(LOGGING_IN, lambda: rpc.call("res.users", "context_get"))
    yield login
    if not login[1]:
        return
    for what, rights in _wanted(config):
        yield _tried(what, lambda rights=rights: _ask_rights(rpc, rights))  # type: ignore[misc]  # bound at once
    yield CALLS, bool(config.webhook_secret), "" if config.webhook_secret else ENTER_SECRET


def _wanted(config: OdooConfig) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    read = ("sale.order", "sale.order.line", "res.partner", "product.product", "mail.message", "crm.tag")
    yield READING, [(model, "read") for model in read]
    yield (
        WRITING,
        [("sale.order", "write"), ("sale.order", "create"), ("res.partner", "write"), ("res.partner", "create")],
    )
    if config.has_stock:
        yield DELIVERIES, [("stock.picking", "read"), ("stock.picking", "write"), ("stock.return.picking", "create")]
    if config.has_invoices:
        yield INVOICES, [("account.move", "read"), ("account.move", "create"), ("account.move.reversal", "create")]


def _tried(what: str, deed: Callable[[], object]) -> Result:
    try:
        deed()
    except CommerceError as error:
        return what, False, str(error)
    except Refused as refused:
        return what, False, str(fault(SCOPE, "scope", words=refused.words))
    return what, True, ""


def _ask_rights(rpc: Rpc, rights: list[tuple[str, str]]) -> None:
    """Raise the fault that names every right that is missing."""
    missing = [f"{model} ({right})" for model, right in rights if not _has(rpc, model, right)]
    if missing:
        raise fault(SCOPE, "scope", permanent=True, words=", ".join(missing))


def _has(rpc: Rpc, model: str, right: str) -> bool:
    if rpc.version >= _ASKS_BY_HAS_ACCESS:
        return bool(rpc.call(model, "has_access", ids=[], operation=right))
    return bool(rpc.call(model, "check_access_rights", operation=right, raise_exception=False))

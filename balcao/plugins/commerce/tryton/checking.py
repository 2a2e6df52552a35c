"""Trying the settings step by step, so that the first thing that fails says what to do."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from balcao.kit.i18n import N_
from balcao.plugins.commerce.tryton.rpc import Session
from balcao.ports.calling import BAD_ADDRESS, fault
from balcao.ports.commerce import CommerceError

Step = tuple[str, bool, str]

REACH = N_("Reach the Tryton server")
VERSION = N_("Version of Tryton")
LOG_IN = N_("Log in to the database")
COMPANY = N_("Company of the login")
MODULES = N_("Modules of Tryton")
READ = N_("Rights to read orders, customers, shipments and invoices")
WRITE = N_("Rights to change orders, shipments and credit notes")
CLOCK = N_("Clocks of both machines")

TOO_OLD = N_("Balcão needs Tryton 8.0 or newer.")
NO_COMPANY = N_("This login belongs to no company. Choose one in its preferences in Tryton.")
NO_MODULES = N_("Modules are not activated in Tryton. Activate them under Administration, Modules.")
NO_RIGHTS = N_("The login lacks rights. Add it to the groups for sales, sales administration, stock and accounting.")
CLOCK_OFF = N_("Tryton's clock differs from ours by more than two minutes. Set both by a time server.")

_OLDEST = 8
_MODULES = ("sale", "sale_complaint")
_READS = [
    "sale.sale",
    "sale.line",
    "party.party",
    "party.address",
    "stock.shipment.out",
    "stock.move",
    "account.invoice",
]
_READS += ["account.move.line", "product.template", "product.product", "ir.note"]
_WRITES = ["sale.sale", "stock.shipment.out", "account.invoice", "party.address", "sale.complaint", "ir.note"]
_CREATES = ["party.address", "sale.complaint", "ir.note"]
_CLOCK_MAY_DIFFER = timedelta(minutes=2)


def checked(session: Session) -> list[Step]:
    """Return what was tried, whether it worked and what to do; it stops at the first failure."""
    return list(_steps(session))


def _steps(session: Session) -> Iterator[Step]:
    deeds: list[tuple[str, Callable[[], object]]] = [
        (REACH, lambda: _reach(session)),
        (VERSION, lambda: _check_version(session)),
        (CLOCK, lambda: _check_clock(session)),
        (LOG_IN, lambda: _log_in(session)),
        (COMPANY, lambda: _check_company(session)),
        (MODULES, lambda: _check_modules(session)),
        (READ, lambda: _check_rights(session, {"read": _READS})),
        (WRITE, lambda: _check_rights(session, {"write": _WRITES, "create": _CREATES})),
    ]
    for name, deed in deeds:
        if said := _fault_of(deed):
            yield name, False, said
            return
        yield name, True, ""


def _fault_of(deed: Callable[[], object]) -> str:
    try:
        deed()
    except CommerceError as error:
        return str(error)
    return ""


def _reach(session: Session) -> None:
    if not session.config.address.strip():
        raise fault(BAD_ADDRESS, "connect", permanent=True)
    session.reach()


def _check_version(session: Session) -> None:
    version = session.reach()
    if not version.partition(".")[0].isdigit() or int(version.partition(".")[0]) < _OLDEST:
        raise fault(TOO_OLD, "protocol", permanent=True, words=version)


def _check_clock(session: Session) -> None:
    theirs = session.clock or datetime.now(UTC)
    if abs(datetime.now(UTC) - theirs) > _CLOCK_MAY_DIFFER:
        raise fault(CLOCK_OFF, "clock", permanent=True, words=theirs.isoformat())


def _log_in(session: Session) -> None:
    session.logins.pop(session.config, None)  # the password as it is now, not as it was
    session.login()


def _check_company(session: Session) -> None:
    if not session.login().context.get("company"):
        raise fault(NO_COMPANY, "scope", permanent=True)


def _check_modules(session: Session) -> None:
    needs = {"sale": "sale.sale", "sale_complaint": "sale.complaint"}
    missing = [name for name in _MODULES if not session.has_model(needs[name])]
    if missing:
        raise fault(NO_MODULES, "scope", permanent=True, words=", ".join(missing))


def _check_rights(session: Session, wanted: dict[str, list[str]]) -> None:
    models = sorted({model for found in wanted.values() for model in found})
    access = session.ask("ir.model.access", "get_access", models)
    missing = [f"{model} ({right})" for right, found in wanted.items() for model in found if not access[model][right]]
    if missing:
        raise fault(NO_RIGHTS, "scope", permanent=True, words=", ".join(missing))

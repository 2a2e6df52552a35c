"""Trying the settings step by step, so that the first thing that fails says what to do."""

from collections.abc import Callable, Iterator

from balcao.kit.i18n import N_
from balcao.plugins.commerce.vendure import graph
from balcao.plugins.commerce.vendure.session import Session
from balcao.ports.calling import BAD_ADDRESS, fault
from balcao.ports.commerce import CommerceError

Step = tuple[str, bool, str]

REACH = N_("Reach the Admin API of Vendure")
LOG_IN = N_("Log in to Vendure")
CHANNEL = N_("Open the channel")
READ = N_("Permissions to read orders, customers and products")
WRITE = N_("Permissions to change orders")
MISSING = N_("The role of this administrator lacks permissions. Add them in Vendure under Settings, Roles.")

_READS = ("ReadOrder", "ReadCustomer", "ReadCatalog")
_WRITES = ("UpdateOrder", "CreateOrder", "DeleteOrder", "UpdateCustomer", "CreateCustomer", "ReadShippingMethod")
# A permission is contained in wider ones: the catalogue in its products, a shipping method in the settings.
_WIDER = {"ReadCatalog": ("ReadProduct",), "ReadShippingMethod": ("ReadSettings",)}


def checked(session: Session) -> list[Step]:
    """Return what was tried, whether it worked and what to do; it stops at the first failure."""
    return list(_steps(session))


def _steps(session: Session) -> Iterator[Step]:
    if not session.config.address.strip():
        yield REACH, False, BAD_ADDRESS
        return
    deeds: list[tuple[str, Callable[[], object]]] = [
        (REACH, session.reach),
        (LOG_IN, session.log_in),
        (CHANNEL, lambda: session.ask(graph.CHANNEL)),
        (READ, lambda: _check_permissions(session, _READS)),
        (WRITE, lambda: _check_permissions(session, _WRITES)),
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


def _check_permissions(session: Session, wanted: tuple[str, ...]) -> None:
    channel = session.ask(graph.CHANNEL)["activeChannel"]["id"]
    ours = session.ask(graph.PERMISSIONS)["me"]["channels"]
    has = {name for one in ours if one["id"] == channel for name in one["permissions"]}
    missing = [name for name in wanted if not has.intersection((name, *_WIDER.get(name, ())))]
    if missing and "SuperAdmin" not in has:
        raise fault(MISSING, "scope", permanent=True, words=", ".join(missing))

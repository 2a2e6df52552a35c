"""Trying the settings out: the file, the way to the system, one order, the actions and the calls back."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from balcao.kit.i18n import N_
from balcao.plugins.commerce.rest import asking
from balcao.plugins.commerce.rest.system import System, system_of
from balcao.ports.commerce import CommerceError, KeyKind, Link

FILE = N_("The mapping file")
READING = N_("Reading what changed lately")
ORDER = N_("Reading one order whole")
ACTIONS = N_("The actions can be carried out safely")
CALLS = N_("Calls from the shop system")
NONE_LATELY = N_("No order changed lately, so there was none to try it with.")
UNSAFE = N_("An action is left out, for the mapping file does not say how it is found out whether it happened.")
ENTER_SECRET = N_("Enter the secret of its calls, or what changed is heard of later only.")

Result = tuple[str, bool, str]


def check(link: Link) -> Iterator[Result]:
    """Yield (what was tried, did it work, what to do) in order."""
    try:
        system = system_of(link)
    except CommerceError as error:
        yield FILE, False, str(error)
        return
    yield FILE, True, ""
    refs: list[str] = []
    result = _tried(READING, lambda: refs.extend(_lately(system)))
    yield result
    if result[1]:
        yield _order(system, refs)
    yield from _actions(system)
    if system.mapping.webhook:
        has_secret = bool(link.config.webhook_secret)
        yield CALLS, has_secret, "" if has_secret else ENTER_SECRET


def _tried(what: str, deed: Callable[[], object]) -> Result:
    try:
        deed()
    except CommerceError as error:
        return what, False, str(error)
    return what, True, ""


def _lately(system: System) -> list[str]:
    """Return the keys of orders that changed in the last days; where that cannot be asked, only try the way."""
    if system.mapping.orders.changes:
        since = datetime.now(UTC) - timedelta(days=3)
        return [order.ref for order in asking.changed_orders(system, {"since": since.isoformat()})[0]]
    if KeyKind.NUMBER in system.mapping.orders.find:
        return [order.ref for order in asking.found(system, KeyKind.NUMBER, "0", 1)]
    asking.order(system, "0")
    return []


def _order(system: System, refs: list[str]) -> Result:
    if not refs:
        return ORDER, True, NONE_LATELY
    return _tried(ORDER, lambda: asking.order(system, refs[0]))


def _actions(system: System) -> Iterator[Result]:
    unsafe = [kind.value for kind, deed in system.mapping.actions.items() if deed.recall is None]
    if system.mapping.actions:
        yield ACTIONS, not unsafe, f"{UNSAFE}\n{', '.join(unsafe)}" if unsafe else ""

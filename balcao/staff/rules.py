"""What each role may do: the whole matrix in one place, deny by default."""

from balcao.staff.types import Permission as P
from balcao.staff.types import Role

_LIGHT = frozenset({P.TICKET_READ, P.TICKET_NOTE, P.CUSTOMER_READ})
_AGENT = _LIGHT | {
    P.TICKET_REPLY,
    P.TICKET_EDIT,
    P.TICKET_MERGE,
    P.TICKET_BULK,
    P.CUSTOMER_EDIT,
    P.CUSTOMER_MERGE,
}
_SUPERVISOR = _AGENT | {P.TICKET_DELETE, P.VIEW_SHARE, P.MACRO_EDIT, P.TAG_EDIT, P.QUARANTINE, P.JOURNAL_READ}
_ADMIN = _SUPERVISOR | {P.CHANNEL_EDIT, P.STAFF_EDIT, P.SHOP_EDIT, P.TOKEN_EDIT}

MATRIX: dict[Role, frozenset[P]] = {
    Role.LIGHT: _LIGHT,
    Role.AGENT: frozenset(_AGENT),
    Role.SUPERVISOR: frozenset(_SUPERVISOR),
    Role.ADMIN: frozenset(_ADMIN),
}


def may(role: str, permission: P) -> bool:
    """Tell whether a role holds a permission; an unknown role holds none."""
    return role in set(Role) and permission in MATRIX[Role(role)]

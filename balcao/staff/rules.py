"""What each role may do: the whole matrix in one place, deny by default."""

import hashlib

from balcao.staff.types import Permission, Role

_LIGHT = frozenset(
    {
        Permission.TICKET_READ,
        Permission.TICKET_NOTE,
        Permission.STAGE_WORK,
        Permission.CUSTOMER_READ,
        Permission.ORDER_READ,
    }
)
_AGENT = _LIGHT | {
    Permission.TICKET_REPLY,
    Permission.TICKET_EDIT,
    Permission.TICKET_MERGE,
    Permission.TICKET_BULK,
    Permission.CUSTOMER_EDIT,
    Permission.CUSTOMER_MERGE,
    Permission.ORDER_ACT,
}
_SUPERVISOR = _AGENT | {
    Permission.BOARD_READ,
    Permission.ORDER_APPROVE,
    Permission.VIEW_SHARE,
    Permission.MACRO_EDIT,
    Permission.RULE_EDIT,
    Permission.DEADLINE_EDIT,
    Permission.DEADLINE_VOID,
    Permission.PROCESS_READ,
    Permission.TAG_EDIT,
    Permission.QUARANTINE,
    Permission.JOURNAL_READ,
}
_ADMIN = _SUPERVISOR | {
    Permission.CHANNEL_EDIT,
    Permission.STAFF_EDIT,
    Permission.SHOP_EDIT,
    Permission.PROCESS_EDIT,
    Permission.TOKEN_EDIT,
    Permission.WEBHOOK_EDIT,
}

MATRIX: dict[Role, frozenset[Permission]] = {
    Role.LIGHT: _LIGHT,
    Role.AGENT: frozenset(_AGENT),
    Role.SUPERVISOR: frozenset(_SUPERVISOR),
    Role.ADMIN: frozenset(_ADMIN),
}


def may(role: str, permission: Permission) -> bool:
    """Tell whether a role holds a permission; an unknown role holds none."""
    return role in set(Role) and permission in MATRIX[Role(role)]


def roles_that_may(permission: Permission) -> list[Role]:
    """Return the roles that hold a permission."""
    return [role for role in Role if permission in MATRIX[role]]


def secret_hash(secret: str) -> str:
    """Return what is kept of an API token's secret: 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()

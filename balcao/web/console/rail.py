"""What the console offers in the rail."""

from django.utils.translation import gettext_lazy as _

from balcao.staff.types import Permission
from balcao.web.components.rail import RailLink

PERMISSIONS = (
    Permission.CHANNEL_EDIT,
    Permission.MACRO_EDIT,
    Permission.TAG_EDIT,
    Permission.QUARANTINE,
    Permission.STAFF_EDIT,
    Permission.SHOP_EDIT,
    Permission.RULE_EDIT,
    Permission.DEADLINE_EDIT,
    Permission.PROCESS_READ,
    Permission.WEBHOOK_EDIT,
    Permission.TOKEN_EDIT,
    Permission.JOURNAL_READ,
)
LINKS = (
    RailLink("console", "console:index", _("Settings"), "gear-six-regular", "gear-six-fill", PERMISSIONS, keys="g s"),
)

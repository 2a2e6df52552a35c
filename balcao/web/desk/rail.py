"""What the desk offers in the rail."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from balcao.staff.types import Permission
from balcao.web.components.rail import RailLink

LINKS = (
    RailLink("desk", "desk:inbox", _("Inbox"), "tray-regular", "tray-fill", (Permission.TICKET_READ,), keys="g i"),
    RailLink(
        "desk",
        "desk:board",
        pgettext_lazy("processes", "Stages"),
        "steps-regular",
        "steps-fill",
        (Permission.STAGE_WORK,),
        keys="g d",
        section="stages",
    ),
    RailLink(
        "desk",
        "desk:customers",
        _("Customers"),
        "users-three-regular",
        "users-three-fill",
        (Permission.CUSTOMER_READ,),
        keys="g c",
        section="customers",
    ),
    RailLink(
        "desk",
        "desk:returns",
        _("Returns"),
        "arrow-u-up-left",
        "arrow-u-up-left",
        (Permission.STAGE_WORK,),
        keys="g r",
        section="returns",
    ),
    RailLink(
        "desk",
        "desk:orders",
        _("Orders"),
        "package-regular",
        "package",
        (Permission.ORDER_READ,),
        keys="g o",
        section="orders",
    ),
)

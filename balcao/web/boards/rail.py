"""What the boards offer in the rail."""

from django.utils.translation import gettext_lazy as _

from balcao.staff.types import Permission
from balcao.web.components.rail import RailLink

LINKS = (
    RailLink(
        "boards",
        "boards:stages",
        _("Boards"),
        "chart-bar-regular",
        "chart-bar-fill",
        (Permission.BOARD_READ,),
        keys="g b",
    ),
)

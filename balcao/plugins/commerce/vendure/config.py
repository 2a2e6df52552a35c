"""The settings of a connected Vendure."""

from dataclasses import dataclass

from balcao.kit.i18n import N_
from balcao.ports.config import config_field

_LOGIN = N_("Login")
_CALLS = N_("Calls from Vendure")


@dataclass(frozen=True, slots=True)
class VendureConfig:
    """Where Vendure is, and as which of its administrators we come."""

    address: str = config_field(
        N_("Address"),
        help_text=N_(
            "Of the Vendure server, such as https://shop.example.com. If its Admin API is not under /admin-api,"
            " enter the whole address of the API."
        ),
        required=True,
    )
    username: str = config_field(
        N_("Administrator"),
        help_text=N_("E-mail address of an administrator made for Balcão, with a role of its own."),
        group=_LOGIN,
        required=True,
    )
    password: str = config_field(N_("Password"), group=_LOGIN, secret=True, required=True)
    channel: str = config_field(
        N_("Channel token"),
        help_text=N_("Only if this Vendure has several channels: the token of the one to connect."),
        group=_LOGIN,
    )
    dashboard: str = config_field(
        N_("Address of the dashboard"),
        help_text=N_("Such as https://shop.example.com/dashboard: orders are linked to it."),
    )
    hook_secret: str = config_field(
        N_("Webhook secret"),
        help_text=N_("The same as in Balcão's plug-in inside Vendure. Without the plug-in, changes are asked for."),
        group=_CALLS,
        secret=True,
    )

"""The settings of a connected Tryton."""

from dataclasses import dataclass

from balcao.kit.i18n import N_
from balcao.ports.config import config_field

_LOGIN = N_("Login")


@dataclass(frozen=True, slots=True)
class TrytonConfig:
    """Where Tryton is, and as whom we come."""

    address: str = config_field(
        N_("Address"), help_text=N_("Of the Tryton server, such as https://erp.example.com."), required=True
    )
    database: str = config_field(
        N_("Database"), help_text=N_("Its name, as it is chosen when people log in to Tryton."), required=True
    )
    login: str = config_field(
        N_("Login name"),
        help_text=N_(
            "Of a login made for Balcão, in the groups for sales, sales administration, stock and accounting."
        ),
        group=_LOGIN,
        required=True,
    )
    password: str = config_field(N_("Password"), group=_LOGIN, secret=True, required=True)

"""The settings of an Odoo."""

from dataclasses import dataclass

from balcao.kit.i18n import N_
from balcao.ports.config import config_field

_WAY = N_("Way to Odoo")
_USED = N_("What Odoo is used for")
_CALLS = N_("Calls from Odoo")


@dataclass(frozen=True, slots=True)
class OdooConfig:
    """Where Odoo is, who we are there, and what the shop keeps in it."""

    address: str = config_field(
        N_("Address"), required=True, group=_WAY, help_text=N_("For instance https://mycompany.odoo.com.")
    )
    database: str = config_field(
        N_("Database"),
        group=_WAY,
        help_text=N_("Its name, for instance mycompany. May stay empty where the address leads to one database only."),
    )
    key: str = config_field(
        N_("API key"),
        required=True,
        secret=True,
        group=_WAY,
        help_text=N_("In Odoo: My Profile, Account Security, New API Key. Of an account of its own for Balcão."),
    )
    protocol: str = config_field(
        N_("Interface"),
        group=_WAY,
        choices=(
            ("auto", N_("Find out")),
            ("json2", N_("JSON-2 (Odoo 19 and newer)")),
            ("jsonrpc", N_("JSON-RPC (Odoo 14 to 18)")),
        ),
        default="auto",
    )
    login: str = config_field(
        N_("Login"), group=_WAY, help_text=N_("Of the account whose key this is. Odoo 18 and older need it.")
    )
    has_stock: bool = config_field(N_("Deliveries are kept in Odoo"), group=_USED, default=True)
    has_invoices: bool = config_field(N_("Invoices are kept in Odoo"), group=_USED, default=True)
    arrival_days: int = config_field(
        N_("A parcel counts as arrived so many days after it left"),
        group=_USED,
        default=7,
        help_text=N_("Odoo does not know when a parcel arrives. 0: at once."),
    )
    freight_product: str = config_field(
        N_("Internal reference of the delivery product"),
        group=_USED,
        help_text=N_("It stands for freight in quotations that are placed from here."),
    )
    webhook_secret: str = config_field(
        N_("Secret of its calls"),
        secret=True,
        group=_CALLS,
        help_text=N_(
            "Odoo does not sign its calls. End the address that it calls with ?secret= and this. "
            "Empty: none are taken, and changes are asked for every few minutes."
        ),
    )

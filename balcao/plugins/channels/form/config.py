"""The settings of a web form."""

from dataclasses import dataclass

from balcao.kit.i18n import N_
from balcao.ports.config import config_field

_ASKS = N_("What it asks")
_WHERE = N_("Where it stands")
_GUARD = N_("Guard against spam")


@dataclass(frozen=True, slots=True)
class FormConfig:
    """What one web form asks, where it may stand and how wary it is."""

    asks_phone: bool = config_field(N_("Ask for a phone number"), group=_ASKS, default=True)
    asks_order: bool = config_field(N_("Ask for the order number"), group=_ASKS, default=True)
    asks_subject: bool = config_field(N_("Ask for a subject"), group=_ASKS, default=True)
    asks_topic: bool = config_field(
        N_("Let people choose a topic"),
        group=_ASKS,
        default=False,
        help_text=N_("Those that Settings → Topics offers to customers; if none is marked there, the first level."),
    )
    takes_files: bool = config_field(N_("Let people add files"), group=_ASKS, default=True)

    origins: str = config_field(
        N_("Sites that may show the form"),
        group=_WHERE,
        help_text=N_("For instance https://www.example.com, parted by commas. Empty: only our own page."),
    )

    least_seconds: int = config_field(
        N_("Faster than so many seconds is no person"), group=_GUARD, default=3, help_text=N_("0: do not look at it.")
    )
    most_hours: int = config_field(
        N_("A form stays valid for so many hours"),
        group=_GUARD,
        default=24,
        help_text=N_("Older ones count a little as spam."),
    )
    per_address: int = config_field(N_("Most messages of one e-mail address an hour"), group=_GUARD, default=5)
    per_network: int = config_field(
        N_("Most messages of one network address an hour"),
        group=_GUARD,
        default=20,
        help_text=N_("Offices and mobile networks share one address: keep it generous."),
    )
    work_bits: int = config_field(
        N_("Work for the browser, in bits"),
        group=_GUARD,
        default=0,
        help_text=N_("0: none. 14 takes a phone about a second; only while spam comes in masses."),
    )

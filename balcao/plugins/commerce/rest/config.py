"""The settings of a shop system that a mapping file describes."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from balcao.kit.i18n import N_
from balcao.ports.config import Preset, config_field

_PRESETS = Path(__file__).parent / "presets"
_ACCESS = N_("Access")
_CALLS = N_("Calls from the shop system")


def _preset(key: str, label: str) -> Preset:
    return Preset(key, label, values={"mapping": (_PRESETS / f"{key}.toml").read_text(encoding="utf-8")})


@dataclass(frozen=True, slots=True)
class RestConfig:
    """Where the system is, how we are let in, and the file that says what is what."""

    PRESETS: ClassVar[tuple[Preset, ...]] = (
        _preset("vtex", "VTEX"),
        _preset("nuvemshop", "Nuvemshop"),
        _preset("bling", "Bling"),
        _preset("tiny", "Tiny"),
        _preset("trendyol", "Trendyol"),
        Preset("own", N_("Any other, by a mapping file"), N_("For every system with a REST interface.")),
    )

    mapping: str = config_field(
        N_("Mapping file"),
        required=True,
        is_long=True,
        help_text=N_("TOML or JSON. It says where everything stands in the answers of your shop system."),
    )
    address: str = config_field(
        N_("Address of the interface"),
        help_text=N_("For instance https://api.example.com/v1. Empty: as the mapping file says."),
        group=_ACCESS,
    )
    account: str = config_field(
        N_("Shop or account"),
        help_text=N_("What the mapping file calls {account}: the name or number of your shop there."),
        group=_ACCESS,
    )
    login: str = config_field(
        N_("Login, client or key id"), help_text=N_("What the mapping file calls {login}."), group=_ACCESS
    )
    secret: str = config_field(
        N_("Key, token or client secret"),
        help_text=N_("What the mapping file calls {secret}."),
        secret=True,
        group=_ACCESS,
    )
    webhook_secret: str = config_field(
        N_("Secret of its calls"),
        help_text=N_("With it we know that a call is from your shop system. Empty: none are taken."),
        secret=True,
        group=_CALLS,
    )
